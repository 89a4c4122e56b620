/** INI files for property tests: every construct of formats.md §9.1 in every neighbourhood, valid ones in the main. */
import fc from "fast-check";

const VALUES = [
  "v",
  "x y",
  "",
  "'q'",
  '"q"',
  "`q`",
  '"""q"""',
  'r"""',
  "`a\nb`",
  '"""a\nb"""',
  '"""a\n; x\n[t]\nk = v"""',
  "a\\",
  "a \\\n  b",
  "`x` junk",
  '"""x""" ; dropped',
  '"""x\ny""" junk # kept',
  "`a;b`",
  '"a;b"',
  "a`b",
  "=x",
  '"" ""',
  "\u00a0n",
  "\u{dcff}",
  "é\u2028x",
];
const KEYS = [
  "a",
  "b",
  "c",
  "-",
  '"k"',
  "`k`",
  '"""k"""',
  " d",
  "e f",
  '"a=b"',
  "`#1`",
  "k`q",
  "`[`",
];
const COMMENTS = ["", " x", "x", ";; x", "#", " # y", "\tt", " \u00a0", " x\\", " a\rb", ' """'];

const comment = fc
  .tuple(fc.constantFrom(";", "#"), fc.constantFrom(...COMMENTS))
  .map((parts) => parts.join(""));
const tail = fc.oneof({ weight: 4, arbitrary: fc.constant("") }, comment, fc.constant(" "));
const keyLine = fc
  .tuple(
    fc.constantFrom("", "", "\t"),
    fc.constantFrom(...KEYS),
    fc.constantFrom("=", " = ", ":", " junk = "),
    fc.constantFrom(...VALUES),
    fc.constantFrom("", " "),
    tail,
  )
  .map((parts) => parts.join(""));
const sectionLine = fc
  .tuple(
    fc.constantFrom("s", "t", "DEFAULT", " p ", "a]b", "é"),
    fc.constantFrom("", " junk "),
    tail,
  )
  .map(([name, junk, rest]) => `[${name}]${junk}${rest}`);
const line = fc.oneof(
  { weight: 6, arbitrary: keyLine },
  { weight: 2, arbitrary: comment },
  { weight: 1, arbitrary: sectionLine },
  { weight: 1, arbitrary: fc.constantFrom("", "  ", "\t;x") },
);

/** Mostly valid text; the caller passes over what does not parse. */
export const iniText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("", "", "", "\ufeff"),
    fc.array(fc.tuple(line, fc.constantFrom("\n", "\n", "\r\n")), { maxLength: 10 }),
    fc.boolean(),
  )
  .map(([mark, lines, isEnded]) => {
    const text = mark + lines.map((parts) => parts.join("")).join("");
    return isEnded ? text : text.replace(/\r?\n$/, "");
  });
