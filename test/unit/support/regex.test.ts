import { describe, expect, it } from "vitest";

import { SopsError } from "../../../src/support/errors.js";
import { compilePattern } from "../../../src/support/regex.js";
import { simpleMatcher } from "../../../src/support/regex-simple.js";

function find(pattern: string, text: string): boolean {
  return compilePattern(pattern, "test").test(text);
}

/** config.md §9 "must accept", security.md R2: pattern, a text it finds, a text it does not find. */
const ACCEPTED: readonly (readonly [string, string, string | null])[] = [
  ["abc", "xabcx", "ab"],
  ["", "anything", null],
  ["a.c", "abc", "a\nc"],
  ["^.$", "\r", "\n"],
  ["^.$", "\u{1f600}", "ab"],
  ["ab*c", "ac", "adc"],
  ["ab+c", "abbc", "ac"],
  ["ab?c", "ac", "abbc"],
  ["^a{2}$", "aa", "aaa"],
  ["^a{2,}$", "aaa", "a"],
  ["^a{2,3}$", "aaa", "aaaa"],
  ["^a{1000}$", "a".repeat(1000), "a".repeat(999)],
  ["^a{2,3}?$", "aaa", "a"],
  ["^a*?$", "aaa", "b"],
  ["^a+?$", "a", ""],
  ["^a??$", "", "aa"],
  ["^(a|b)(c)$", "bc", "c"],
  ["^(?:a|b)c$", "ac", "abc"],
  ["^(?P<name>a)$", "a", "b"],
  ["^(?<name>a)$", "a", "b"],
  ["(?i)ABC", "xabC", "ab"],
  ["(?s)a.c", "a\nc", "ac"],
  ["(?m)^b$", "a\nb\nc", "abc"],
  ["^(?U)a+$", "aaa", "b"],
  ["^x(?i:a)$", "xA", "XA"],
  ["^[a-c]$", "b", "d"],
  ["^[^a-c]$", "d", "b"],
  ["^[]x]$", "]", "y"],
  ["^[^]x]$", "y", "]"],
  ["^[[:alpha:]]+$", "abC", "ab1"],
  ["^[[:^alpha:]]$", "1", "a"],
  ["^\\d\\w\\s$", "1_\t", "\u0661_\t"],
  ["^\\D\\W\\S$", "a-b", "1-b"],
  ["^\\s$", "\f", "\v"],
  ["^\\s$", " ", "\u00a0"],
  ["^\\w$", "_", "\u00e9"],
  ["\\bfoo\\b", "a foo b", "afoob"],
  ["o\\Bo", "foo", "o o"],
  ["\\Aab\\z", "ab", "ab\n"],
  ["ab$", "ab", "ab\n"],
  ["^\\Qa.b\\E$", "a.b", "axb"],
  ["^\\Qa.b", "a.bc", "axb"],
  ["^\\pL$", "\u00e9", "1"],
  ["^\\PL$", "1", "\u00e9"],
  ["^\\p{Greek}$", "\u03b1", "a"],
  ["^\\p{greek}$", "\u03b1", "a"],
  ["^\\p{Letter}$", "a", "1"],
  ["^\\p{^Letter}$", "1", "a"],
  ["^\\P{letter}$", "1", "a"],
  ["^\\P{^Lu}$", "A", "a"],
  ["^\\p{Uppercase_Letter}$", "A", "a"],
  ["^[\\p{Letter}1]$", "1", "2"],
  ["^[]\\p{Digit}]$", "]", "a"],
  ["^\\p{ASCII}$", "a", "\u00e9"],
  ["^[\\P{ASCII}x]$", "\u00e9", "a"],
  ["^\\p{Any}$", "a", ""],
  ["^\\Q\\p{Nonsense}\\E$", "\\p{Nonsense}", "a"],
  ["^\\x41$", "A", "B"],
  ["^\\x{1F600}$", "\u{1f600}", "A"],
  ["^\\101$", "A", "B"],
  ['^\\_\\-\\/\\@\\ \\"\\!\\~$', '_-/@ "!~', "x"],
  ["^(|a)b$", "b", "aab"],
  ["^(a|)b$", "ab", "aab"],
  ["^a{,5}$", "a{,5}", "aaa"],
  ["^a{1$", "a{1", "a"],
  ["^a{x}$", "a{x}", "ax"],
  ["\\.enc\\.ya?ml$", "x.enc.yml", "x.encxyml"],
  [".*\\.sops\\.(ya?ml|json)$", "a/b.sops.yaml", "a.sops.toml"],
  ["secrets/[^/]+\\.(yaml|json|env|ini)$", "secrets/a.env", "secrets/a/b.env"],
  ["^(data|stringData)$", "stringData", "metadata"],
  ["(?i)(password|secret|token)", "DB_PASSWORD", "pass"],
  ["(?i)^host$", "Host", "hostname"],
  ["(?i)k", "\u212a", "x"],
  ["hosts/.*/secrets\\.yaml$", "hosts/a/b/secrets.yaml", "hosts/secrets.yaml"],
  ["one\\.yaml$", "none.yaml", "one.yaml.bak"],
  ["[/\\\\]x", "\\x", "x"],
];

/** config.md §9 "must reject", security.md R2. */
const REJECTED: readonly string[] = [
  "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(a)\\1", "\\1", "\\k<n>", "a\\Z", "\\u0041", "\\e", "\\h", "\\R", "\\C",
  "(?#comment)", "(?x)a", "a++", "a**", "a*+", "a?+", "a??+", "a{2}{3}", "(?>a)", "a{1001}", "(x){1001}", "a{2,1}",
  "(a{100}){100}", "(", "(a", ")", "a)", "[a", "[", "[]", "*", "?a", "+", "a|*", "(*)", "[z-a]", "a\\", "\\p{Foo}",
  "\\p{Emoji}", "\\p{}", "\\pX", "[[:foo:]]", "\\8", "\\x", "\\x4", "\\x{110000}", "\\y", "\\G", "\\K", "(?P<n>a)(?P<n>b)",
  "(?P<>a)", "(?P=n)", "(?i", "(?z)a", "(?|a)", "(?R)", "\ud800", "a\udc80b", `${"(".repeat(2000)}a${")".repeat(2000)}`,
]; // prettier-ignore

describe("compilePattern", () => {
  it.each(ACCEPTED)("accepts %j", (pattern, found, missed) => {
    expect(find(pattern, found)).toBe(true);
    expect(missed !== null && find(pattern, missed)).toBe(false);
  });

  it.each(REJECTED)("rejects %j", (pattern) => {
    let thrown: unknown;
    try {
      compilePattern(pattern, "the place");
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SopsError);
    expect(thrown).toMatchObject({ code: "INVALID_REGEX", exitCode: 1 });
    expect((thrown as SopsError).message).toMatch(/^the place: not a valid RE2 pattern/u);
  });

  it("names the reason and never the pattern", () => {
    expect(() => compilePattern("hunter2(", "encrypted_regex")).toThrow(
      "encrypted_regex: not a valid RE2 pattern: missing closing )",
    );
    expect(() => compilePattern("hunter2(", "encrypted_regex")).not.toThrow("hunter2");
  });

  // security.md R1
  it.each([
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(5000)],
    ["^(a+)+$", `${"a".repeat(5000)}b`],
    ["(.*){1,900}c$", "a".repeat(5000)],
    ["(a|b|ab)*c$", "ab".repeat(25_000)],
    [".*.*.*.*.*.*.*.*.*.*x$", "a".repeat(50_000)],
  ])("searches with %s in linear time", (pattern, text) => {
    const start = performance.now();
    expect(find(pattern, text)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("sees a byte outside UTF-8 as one character", () => {
    expect(find("^.$", "\udc80")).toBe(true);
    expect(find("a", "\udc80a")).toBe(true);
  });
});

describe("simpleMatcher", () => {
  it.each([
    "^(data|stringData)$",
    "\\.enc\\.ya?ml$",
    ".*\\.sops\\.(ya?ml|json)$",
    "(?i)(password|secret|token)",
    "(?i)^host$",
    "hosts/.*/secrets\\.yaml$",
    "^secrets/",
    "^prod/.+\\.enc\\.(?:yaml|json)$|^dev/",
  ])("matches %s without the engine", (pattern) => {
    expect(simpleMatcher(pattern)).not.toBeNull();
  });

  it.each([
    "[a]",
    "a*",
    "(a",
    "\\d",
    "a{2}",
    "^^",
    "a$b",
    ".",
    "(a|(b))",
    ".*?",
    "x??",
    "(?s)a",
    "(?i)\u00e9",
    "]",
  ])("leaves %s to the engine", (pattern) => {
    expect(simpleMatcher(pattern)).toBeNull();
  });

  it("leaves more than 64 spellings to the engine", () => {
    expect(simpleMatcher("(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)")).not.toBeNull();
    expect(simpleMatcher("(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)")).toBeNull();
  });

  it.each([
    [".*x", "a\nx"],
    ["(?i)k", "\u212a"],
    ["x", "\udc80"],
  ])("asks the engine about %s in %j", (pattern, text) => {
    expect(simpleMatcher(pattern)?.(text)).toBe("ask the engine");
  });
});
