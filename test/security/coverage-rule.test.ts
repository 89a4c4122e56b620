/**
 * lossless.md point 3: every byte of a plain file is key or structure, clear by selection, or gone from the encrypted
 * file. Marked words stand in every corner of every format; no encrypted file shows one, and all come back.
 */
import { describe, expect, test } from "vitest";

import { LAYOUTS, open, trySeal, withoutKeyCost } from "../support/sealing.js";

withoutKeyCost();

const YAML: Readonly<Record<string, string>> = {
  "comment before all": "# MARK\na: b\n",
  "comment with a blank line after": "# MARK\n\n# MARK\na: b\n",
  "comment without a blank": "#MARK\na: b\n",
  "comment at the end of a line": "a: b # MARK\n",
  "comment on a key whose value is a map": "a: # MARK\n  b: c\n",
  "comment on a key whose value is a list": "a: # MARK\n  - c\n",
  "comment between key and value": "a:\n  # MARK\n  b\n",
  "comment between key and quoted value": 'a:\n# MARK\n  "b"\n',
  "comment between key and list": "a:\n# MARK\n- b\n# MARK\n",
  "comment in a list": "a:\n  - b\n  # MARK\n  - c # MARK\n  # MARK\n",
  "comment behind a dash": "a:\n  - # MARK\n    b: c\n  - # MARK\n    - d\n  - # MARK\n    e\n",
  "comment at the end of the file": "a: b\n# MARK\n",
  "comment at the end without a newline": "a: b\n# MARK",
  "comment at the end behind blank lines": "a: b\n\n\n# MARK\n\n",
  "indented comment at the end": "a:\n  b: c\n  # MARK\n",
  "comment on the start of a document": "--- # MARK\na: b\n",
  "comment before the start of a document": "# MARK\n---\na: b\n",
  "comment after the end of a document": "a: b\n... # MARK\n",
  "comment between documents": "a: b\n# MARK\n---\n# MARK\nc: d\n",
  "comment between documents with an end": "a: b\n# MARK\n...\n# MARK\n---\nc: d\n",
  "comment after the end": "a: b\n...\n# MARK\n",
  "comment before a directive": "# MARK\n%YAML 1.1\n---\na: b\n",
  "comment on a directive": "%YAML 1.1 # MARK\n---\na: b\n",
  "comment between directive and document": "%YAML 1.1\n# MARK\n---\na: b\n",
  "comment in an empty document": "# MARK\n---\n# MARK\n",
  "comment in a null document": "--- # MARK\nnull # MARK\n---\na: b\n",
  "comment in a flow map": "a: { # MARK\n  b: c, # MARK\n  # MARK\n  d: e # MARK\n  # MARK\n}\n",
  "comment in a flow list": "a: [ # MARK\n  b, # MARK\n  # MARK\n  c # MARK\n  # MARK\n] # MARK\n",
  "comment in an empty flow map": "a: { # MARK\n}\nb: c\n",
  "comment in an empty flow list": "a: [ # MARK\n  # MARK\n]\nb: c\n",
  "comment between flow key and value": "a: {b: # MARK\n  c, ? d # MARK\n  : e}\n",
  "comment on a block header": "a: | # MARK\n  b\nc: >- # MARK\n  d\n",
  "comment behind a block scalar": "a: |\n  b\n# MARK\nc: d\n",
  "comment behind an indented block scalar": "a:\n  b: |\n    c\n  # MARK\n  d: e\n",
  "comment behind a kept block scalar": "a: |+\n  b\n\n# MARK\n",
  "comment behind a multi-line plain scalar": "a: b\n  c # MARK\nd: e\n",
  "comment behind a multi-line quoted scalar": 'a: "b\n  c" # MARK\nd: e\n',
  "comment on an explicit key": "? a # MARK\n# MARK\n: b # MARK\n",
  "comment on a tag": "a: !x # MARK\n  b: c\n",
  "comment on an anchor": "a: &x # MARK\n  b: c\n",
  "comment between a tag and a scalar": "a: !!str # MARK\n  b\n",
  "comment on an alias": "a: &x b\nc: *x # MARK\n",
  "comment inside an aliased map": "a: &x\n  # MARK\n  b: c # MARK\nd: *x\n",
  "comment on a null": "a: # MARK\nb: ~ # MARK\nc: null # MARK\n",
  "comment on an empty text": 'a: "" # MARK\n',
  "comment of several lines at several depths": "a:\n    b: c\n    # MARK\n  # MARK\n# MARK\nd: e\n",
  "comment with odd characters": "# MARK \u00a0 : [ ] { } \" ' & * ! | > % @ ` \\ é \u{1f600}\na: b\n",
  "comment that looks encrypted": "#ENC[MARK]\n# ENC[AES256_GCM,data:MARK]\na: b\n",
  "comment with CRLF": "# MARK\r\na: b # MARK\r\n\r\n# MARK\r\n",
  "tag on a value": "a: !MARK b\n",
  "long tag": "a: !<tag:MARK> b\n",
  "tag on a key": "!MARK a: b\n",
  "tag on a map": "a: !MARK\n  b: c\n",
  "tag on a list": "a: !MARK\n  - b\n",
  "tag on a flow list": "a: !MARK [b, !MARK c]\n",
  "tag on the root": "--- !MARK\na: b\n",
  "tag on a null": "a: !MARK\nb: c\n",
  "tag on a block scalar": "a: !MARK |\n  b\n",
  "tag directive": "%TAG !m! tag:MARK,2000:\n---\na: !m!x b\n",
  "tag directive that nothing uses": "%TAG !MARK! tag:MARK,2000:\n---\na: b\n",
  "tag directive before a later document": "a: b\n...\n%TAG !m! tag:MARK,2000:\n---\nc: !m!x d\n",
  "value: plain, quoted, block": "a: MARK\nb: 'MARK'\nc: \"MARK\"\nd: |\n  MARK\ne: >\n  MARK\n  MARK\n",
  "value that is escaped": 'a: "\\x4dARK MARK\\u0020\\\n  MARK"\n',
  "value in flow": "a: [MARK, {b: MARK, 'c': \"MARK\"}]\n",
  "value of an alias": "a: &x MARK\nb: *x\nc: [*x, *x]\n",
  "value of a merge": "a: &x {b: MARK}\nc:\n  <<: *x\n",
  "value in a nested list": "a:\n- - MARK\n  - MARK\n",
  "value of an empty key": '"": MARK\n',
  "multi-line plain value": "a: MARK\n  MARK\n\n  MARK\n",
  "value over several documents": "a: MARK\n---\nb: MARK\n",
  "root in flow style": "{a: MARK, # MARK\n b: c}\n",
  "indented root": "  # MARK\n  a: MARK\n  b: c # MARK\n",
  "byte order mark": "\ufeff# MARK\na: MARK\n",
}; // prettier-ignore

const ENV: Readonly<Record<string, string>> = {
  comment: "#MARK\n# MARK\nA=b\n#\n# MARK\n",
  "comment without a newline": "A=b\n#MARK",
  "comment with a lone carriage return": "# MARK\rMARK\nA=b\n",
  value: "A=MARK\nB='MARK'\nC=\"MARK\"\nD= MARK \n",
  "value with a hash": "A=b # MARK\nC=#MARK\n",
  "value with escapes": "A=MARK\\nMARK\\\\nMARK\\t\n",
  duplicates: "A=MARK\nA=MARK\nA=c\n",
  export: "export A=MARK\n",
  CRLF: "A=MARK\r\n# MARK\r\n",
  "blank lines": "\n\n# MARK\n\nA=MARK\n\n",
  "empty key": "=MARK\n",
  "raw bytes": "A=\u00ffMARK\n",
  "equals signs": "A==MARK=MARK\n",
};

const INI: Readonly<Record<string, string>> = {
  "comments before all": "; MARK\n# MARK\n[s]\na = b\n",
  "comment before a key": "[s]\n; MARK\na = b\n",
  "comment behind a key": "[s]\na = b ; MARK\n",
  "comment behind a value without a blank": "[s]\na = b#MARK\n",
  "comment behind a section": "[s] ; MARK\na = b\n",
  "comment at the end": "[s]\na = b\n; MARK\n",
  "comment at the end without a newline": "[s]\na = b\n; MARK",
  "comments that replace each other": "[s]\n; MARK\na = b\n; MARK\na = c\n",
  "comment that starts with marks": ";;; MARK\n;# MARK\n[s]\n#; MARK\na = b\n",
  "comment behind a quoted value": "[s]\na = `b` ; MARK\nc = \"\"\"d\"\"\" # MARK\n",
  "comment behind a value of several lines": "[s]\na = `b\nc` junk ; MARK\nd = e\n",
  "indented comment": "[s]\n   ; MARK\na = b\n",
  "text behind a section": "[s] MARK\na = b\n",
  "text behind a section and its comment": "[s] MARK ; MARK\na = b\n",
  "text behind a quoted value": "[s]\na = `b` MARK\nc = \"\"\"d\"\"\" MARK\n",
  "text behind a value of several lines": "[s]\na = `b\nc` MARK\nd = \"\"\"e\nf\"\"\" MARK\n",
  "text before the delimiter of a quoted key": "[s]\n\"a\" MARK = b\n`c` MARK : d\n",
  duplicates: "[s]\na = MARK\na = MARK\na = c\n",
  "duplicates of several lines": "[s]\na = `MARK\nMARK`\na = \"\"\"MARK\nMARK\"\"\"\na = c\n",
  "duplicates with continuation": "[s]\na = MARK \\\n  MARK\na = c\n",
  "duplicate with a comment": "[s]\na = MARK ; MARK\na = c\n",
  "trailing backslash": "[s]\na = MARK \\\n  MARK \\\n\n  b = c\n",
  "trailing backslash at the end": "[s]\na = MARK \\",
  "sections that repeat": "[s]\na = MARK\n[s]\na = MARK\n",
  value: "a = MARK\n[s]\nb = 'MARK'\nc = \"MARK\"\nd = `MARK`\ne = \"\"\"MARK\"\"\"\nf: MARK\n",
  "value with a quote left over": "[s]\na = \"MARK\nb = 'MARK\" \n",
  "empty value with a comment": "[s]\na = ; MARK\nb =\n",
  "key that is a dash": "[s]\n- = MARK\n- = MARK\n",
  CRLF: "; MARK\r\n[s] ; MARK\r\na = MARK ; MARK\r\n",
  "byte order mark": "\ufeff; MARK\n[s]\na = MARK\n",
  "only comments": "; MARK\n# MARK\n",
}; // prettier-ignore

const JSON_TEXTS: Readonly<Record<string, string>> = {
  value: '{"a": "MARK", "b": ["MARK", {"c": "MARK"}]}',
  duplicates: '{"a": "MARK", "a": "MARK", "b": {"a": "MARK", "a": 1}}\n',
  escapes: '{"a": "\\u004dARK MARK\\/\\u0041"}\n',
  "white space": '\r\n\t{ "a" : "MARK" , "b" : 1.50e+01 }\r\n\n',
  "empty key": '{"": "MARK"}',
};

const CORNERS = [
  ...Object.entries(YAML).map(([name, text]) => ({ extension: "yaml", name, text })),
  ...Object.entries(ENV).map(([name, text]) => ({ extension: "env", name, text })),
  ...Object.entries(INI).map(([name, text]) => ({ extension: "ini", name, text })),
  ...Object.entries(JSON_TEXTS).map(([name, text]) => ({ extension: "json", name, text })),
  { extension: "bin", name: "content", text: "MARK\u0000MARK" },
];

const bytesOf = (text: string): Buffer =>
  text.includes("\u00ff") ? Buffer.from(text, "latin1") : Buffer.from(text);

describe("everything is selected", () => {
  test.each(CORNERS)("$extension: $name", async ({ extension, text }) => {
    const plain = bytesOf(text);
    for (const layout of LAYOUTS) {
      const sealed = await trySeal(plain, extension, { layout });
      expect(sealed.stderr).not.toContain("MARK");
      expect(sealed.exitCode, sealed.stderr).toBe(0);
      expect(sealed.stdout.toString("latin1")).not.toMatch(/MARK|4dARK/);
      const opened = await open(sealed.stdout, extension, { layout });
      if (layout === "source") expect(opened.toString("latin1")).toBe(plain.toString("latin1"));
    }
  });
});

/** What no selection can leave clear, because it is neither key nor value nor comment. */
const DROPPED = [
  ...CORNERS.filter(({ name }) => /^(long |)tag|directive that/.test(name) && !/comment/.test(name)),
  { extension: "ini", name: "duplicate", text: "[s]\nplain = MARK\nplain = c\nsecret = x\n" },
  { extension: "ini", name: "duplicate of lines", text: "[s]\np = `MARK\nMARK`\np = c\nsecret = x\n" },
  { extension: "ini", name: "behind a section", text: "[s] MARK\np = c\nsecret = x\n" },
  { extension: "ini", name: "behind a value", text: "[s]\np = `c` MARK\nsecret = x\n" },
  { extension: "ini", name: "behind lines", text: "[s]\np = `c\nd` MARK\nsecret = x\n" },
  { extension: "ini", name: "behind a key", text: '[s]\n"p" MARK = c\nsecret = x\n' },
]; // prettier-ignore

describe("hardly anything is selected", () => {
  test.each(DROPPED)("$extension: $name", async ({ extension, text }) => {
    const plain = extension === "yaml" ? text.replace(/\n*$/, "\nsecret: x\n") : text;
    for (const layout of LAYOUTS) {
      const args = ["--encrypted-regex", "^secret$"];
      const sealed = await trySeal(plain, extension, { layout, args });
      expect(sealed.exitCode, sealed.stderr).toBe(0);
      expect(sealed.stdout.toString()).not.toContain("MARK");
      const opened = await open(sealed.stdout, extension, { layout });
      if (layout === "source") expect(opened.toString()).toBe(plain);
    }
  });

  test.each(CORNERS.filter(({ extension }) => extension !== "bin"))(
    "$extension comes back: $name",
    async ({ extension, text }) => {
      const plain = bytesOf(text);
      const args = ["--encrypted-regex", "^(a|A)$", "--allow-plaintext"];
      const sealed = await trySeal(plain, extension, { args });
      expect(sealed.exitCode, sealed.stderr).toBe(0);
      const opened = await open(sealed.stdout, extension);
      expect(opened.toString("latin1")).toBe(plain.toString("latin1"));
    },
  );
});
