/** security.md C9, lossless.md point 3: what somebody plants in an encrypted file never comes out as live text. */
import { beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";

import { ciphertextOf, replaced } from "../support/attacks.js";
import { dataOf } from "../support/file-data.js";
import {
  type Extension,
  LAYOUTS,
  open,
  seal,
  tryOpen,
  withoutKeyCost,
  type LayoutName,
} from "../support/sealing.js";

withoutKeyCost();

const PLAIN: Readonly<Record<"yaml" | "json" | "env" | "ini", string>> = {
  yaml: `password: hunter2 # inline
list:
  - first
  - |
    two
    EVIL: yes
map: {deep: value, more: 17}
"": |-
  empty
  EVIL_KEY: yes
last: end
---
second: document
`,
  json: '{\n"password": "hunter2",\n"list": ["first", "two"],\n"last": "end"\n}\n',
  env: "# comment\npassword=hunter2\n=empty\\nEVIL=yes\nlast=end\n",
  ini: "[s]\n; comment\npassword = hunter2\nmulti = `a\nEVIL = yes`\nlast = end\n",
};

interface Plant {
  readonly name: string;
  /** `gone`: nowhere in the output. `comment`: in comments at most. */
  readonly mark: "gone" | "comment";
  /** Must it open, or may it be refused as well? */
  readonly opens?: boolean;
  edit(sealed: string): string;
}

const before =
  (what: string | RegExp, added: string) =>
  (text: string): string => {
    const found = what instanceof RegExp ? what.exec(text)?.[0] : what;
    return replaced(text, what, `${added}${found}`);
  };
const after =
  (what: string | RegExp, added: string) =>
  (text: string): string => {
    const found = what instanceof RegExp ? what.exec(text)?.[0] : what;
    return replaced(text, what, `${found}${added}`);
  };

const YAML: readonly Plant[] = [
  { name: "a tag on a value", mark: "gone", opens: true, edit: after("password: ", "!EVIL ") },
  { name: "a core tag on a value", mark: "gone", edit: after("password: ", "!!str ") },
  { name: "a long tag", mark: "gone", opens: true, edit: after("last: ", "!<tag:EVIL> ") },
  { name: "a tag on a key", mark: "gone", opens: true, edit: before(/^last/m, "!EVIL ") },
  { name: "a tag on a list", mark: "gone", opens: true, edit: after("list:", " !EVIL") },
  { name: "a tag on an element", mark: "gone", opens: true, edit: after(/^ *- /m, "!EVIL ") },
  { name: "a tag on the root", mark: "gone", edit: before(/^password/m, "--- !EVIL\n") },
  {
    name: "a tag directive",
    mark: "gone",
    opens: true,
    edit: before(/^password/m, "%TAG !EVIL! tag:EVIL,2000:\n---\n"),
  },
  { name: "a version", mark: "gone", opens: true, edit: before(/^password/m, "%YAML 1.1\n---\n") },
  { name: "an unknown directive", mark: "gone", edit: before(/^password/m, "%EVIL x\n---\n") },
  {
    name: "a directive before a later document",
    mark: "gone",
    edit: replaced2("\n---\n", "\n...\n%TAG !EVIL! tag:EVIL,2000:\n---\n"),
  },
  { name: "an anchor", mark: "gone", opens: true, edit: after("password: ", "&EVIL ") },
  { name: "an anchor on a list", mark: "gone", opens: true, edit: after("list:", " &EVIL") },
  { name: "an anchor on a key", mark: "gone", opens: true, edit: before(/^last/m, "&EVIL ") },
  {
    name: "an alias to an encrypted value",
    mark: "gone",
    edit: (text) => `${after("password: ", "&EVIL ")(text)}EVIL: *EVIL\n`,
  },
  {
    name: "an alias to an empty map",
    mark: "gone",
    edit: (text) => after("last: ", '&EVIL ""\n"last ": ')(text),
  },
  {
    name: "a merge key over ciphertexts",
    mark: "gone",
    edit: (text) => before(/^last/m, "<<: *EVIL\n")(after(/^map:/m, " &EVIL")(text)),
  },
  { name: "a clear entry", mark: "gone", edit: before(/^last/m, "EVIL: x\n") },
  { name: "a clear duplicate before", mark: "gone", edit: before(/^last/m, "last: EVIL\n") },
  { name: "a clear duplicate after", mark: "gone", edit: after(/^last.*\n/m, "last: EVIL\n") },
  {
    name: "a clear duplicate in a later document",
    mark: "gone",
    edit: before(/^second/m, "second: EVIL\n"),
  },
  { name: "a clear later document", mark: "gone", edit: (text) => `${text}---\nEVIL: x\n` },
  {
    name: "a sops block in a later document",
    mark: "gone",
    opens: true,
    edit: (text) => `${text}---\nsops:\n  EVIL: x\n`,
  },
  {
    name: "a sops block in place of one",
    mark: "gone",
    edit: (text) => replaced(text, /(?<=---\n[\s\S]*)^sops:[\s\S]*/m, "sops: EVIL\n"),
  },
  {
    name: "a second sops block in the first document",
    mark: "gone",
    edit: before(/^last/m, "sops: EVIL\n"),
  },
  {
    name: "an unknown field of the metadata",
    mark: "gone",
    opens: true,
    edit: after(/^sops:\n/m, "    EVIL: x\n"),
  },
  {
    name: "comments in the metadata",
    mark: "gone",
    opens: true,
    edit: after(/^sops:\n/m, "    # EVIL\n    #EVIL\n"),
  },
  {
    name: "a tag in the metadata",
    mark: "gone",
    edit: after(/^sops:/m, " !EVIL"),
  },
  { name: "a comment", mark: "comment", opens: true, edit: before(/^last/m, "# EVIL\n") },
  {
    name: "a comment between ciphertext and end of line",
    mark: "comment",
    opens: true,
    edit: (text) => after(ciphertextOf(text, "last"), " # EVIL")(text),
  },
  {
    name: "a comment on the start of a document",
    mark: "comment",
    opens: true,
    edit: replaced2("\n---\n", "\n--- # EVIL\n"),
  },
  {
    name: "comments after the end of a document",
    mark: "comment",
    edit: replaced2("\n---\n", "\n...\n# EVIL\n---\n"),
  },
  {
    name: "a comment in a flow map",
    mark: "comment",
    edit: replaced2("map: {", "map: { # EVIL\n  "),
  },
  {
    name: "a comment on a block header",
    mark: "comment",
    edit: replaced2(" |-\n", " |- # EVIL\n"),
  },
  {
    name: "a comment with Unicode line breaks",
    mark: "comment",
    edit: before(/^last/m, "# x\u2028EVIL: a\u2029EVIL: b\u0085"),
  },
  {
    name: "an element of several lines as a comment",
    mark: "comment",
    edit: (text) => {
      const [, second = ""] = [...text.matchAll(/ENC\[[^\]]*\]/g)]
        .map(([found]) => found)
        .filter((found) => found.includes("type:str"))
        .slice(1);
      return before(
        /^ *- ENC/m,
        `  #${second.replace("type:str", "type:comment")}\n`,
      )(before(/^ *- ENC/m, `  - ${second.replace("type:str", "type:comment")}\n`)(text));
    },
  },
  {
    name: "the value of the empty key as a comment",
    mark: "comment",
    edit: (text) =>
      `#${/^"":[^E]*(ENC\[[^\]]*\])/m.exec(text)?.[1]?.replace("type:str", "type:comment")}\n${text}`,
  },
];

function replaced2(what: string, by: string) {
  return (text: string): string => (text.includes(what) ? replaced(text, what, by) : text);
}

const JSON_PLANTS: readonly Plant[] = [
  { name: "text after the end", mark: "gone", edit: (text) => `${text}{"EVIL": 1}` },
  { name: "a comment", mark: "gone", edit: (text) => `// EVIL\n${text}` },
  { name: "a clear entry", mark: "gone", edit: before('"last"', '"EVIL": "x",\n') },
  { name: "a clear duplicate", mark: "gone", edit: before('"last"', '"last": "EVIL",\n') },
  {
    name: "a second sops block",
    mark: "gone",
    edit: before('"last"', '"sops": {"EVIL": 1},\n'),
  },
  {
    name: "an unknown field of the metadata",
    mark: "gone",
    opens: true,
    edit: replaced2('"sops": {', '"sops": {"EVIL": "x",'),
  },
];

const ENV: readonly Plant[] = [
  { name: "a clear entry", mark: "gone", edit: before("last=", "EVIL=x\n") },
  { name: "a clear duplicate", mark: "gone", edit: before("last=", "last=EVIL\n") },
  { name: "a metadata field", mark: "gone", opens: true, edit: before("last=", "sops_EVIL=x\n") },
  {
    name: "a second field of a name",
    mark: "gone",
    edit: before("last=", "sops_version=EVIL\n"),
  },
  { name: "a comment", mark: "comment", opens: true, edit: before("last=", "# EVIL\n") },
  {
    name: "a comment with other line breaks",
    mark: "comment",
    opens: true,
    edit: before("last=", "#x\rEVIL=1\r\rEVIL=2\u2028EVIL=3\n"),
  },
  {
    name: "the value of the empty key as a comment",
    mark: "comment",
    edit: (text) =>
      before(
        "last=",
        `#${/^=(ENC\[[^\]]*\])/m.exec(text)?.[1]?.replace("type:str", "type:comment")}\n`,
      )(text),
  },
];

const INI: readonly Plant[] = [
  { name: "a clear entry", mark: "gone", edit: before(/^last/m, "EVIL = x\n") },
  {
    name: "a clear duplicate before the encrypted one",
    mark: "gone",
    opens: true,
    edit: before(/^last/m, "last = EVIL\n"),
  },
  {
    name: "a duplicate of several lines",
    mark: "gone",
    opens: true,
    edit: before(/^last/m, "last = `EVIL\nEVIL = 1`\n"),
  },
  { name: "text after a section", mark: "gone", opens: true, edit: after(/^\[s\]/m, " EVIL") },
  {
    name: "text after a quoted value",
    mark: "gone",
    opens: true,
    edit: (text) =>
      replaced(text, ciphertextOf(text, "last"), `\`${ciphertextOf(text, "last")}\` EVIL`),
  },
  {
    name: "text before the delimiter of a quoted key",
    mark: "gone",
    opens: true,
    edit: replaced2("last ", '"last" EVIL '),
  },
  { name: "a second sops section", mark: "gone", edit: (text) => `${text}\n[sops]\nEVIL = x\n` },
  {
    name: "a metadata field",
    mark: "gone",
    opens: true,
    edit: after(/^\[sops\]\n/m, "EVIL = x\n"),
  },
  { name: "a clear section", mark: "gone", edit: before(/^\[sops\]/m, "[t]\nEVIL = x\n") },
  { name: "a comment", mark: "comment", opens: true, edit: before(/^last/m, "; EVIL\n") },
  {
    name: "a comment after a section",
    mark: "comment",
    opens: true,
    edit: after(/^\[s\]/m, " # EVIL"),
  },
  {
    name: "a comment after a value",
    mark: "comment",
    opens: true,
    edit: (text) => after(ciphertextOf(text, "last"), " # EVIL\n")(text),
  },
  { name: "a comment at the end", mark: "gone", opens: true, edit: (text) => `${text}; EVIL\n` },
  {
    name: "a comment with other line breaks",
    mark: "comment",
    opens: true,
    edit: before(/^last/m, "; x\rEVIL = a\u0085EVIL = b\u2028EVIL = c\n"),
  },
];

const PLANTS = { yaml: YAML, json: JSON_PLANTS, env: ENV, ini: INI } as const;

const COMMENT = /^[^"'`]*[#;].*EVIL/;

/** Lines with the word besides the file's own. */
function plantedLines(output: string, own: string): string[] {
  const lines = (text: string): string[] =>
    text
      .split(/[\n\r\u0085\u2028\u2029]/)
      .flatMap((line) => (/EVIL/.test(line) ? [line.trim()] : []));
  const ownLines = new Set(lines(own));
  return lines(output).filter((line) => !ownLines.has(line));
}

async function opened(text: string, extension: Extension, layout: LayoutName): Promise<string> {
  return (await open(text, extension, { layout })).toString();
}

describe.each(LAYOUTS)("in a file of layout %s", (layout) => {
  describe.each(["yaml", "json", "env", "ini"] as const)("%s", (extension) => {
    let sealed = "";
    let clean = "";
    beforeAll(async () => {
      sealed = (await seal(PLAIN[extension], extension, { layout })).toString();
      clean = await opened(sealed, extension, layout);
    });

    test.each(PLANTS[extension])("$name: $mark", async (plant) => {
      const result = await tryOpen(plant.edit(sealed), extension);
      const output = result.stdout.toString();
      if (plant.opens === true) expect(result.stderr).not.toMatch(/rror/);
      if (result.exitCode !== 0) {
        expect(output).toBe("");
        expect([1, 4, 25, 51]).toContain(result.exitCode);
        expect(plant.opens).not.toBe(true);
        return;
      }
      const planted = plantedLines(output, clean);
      expect(
        plant.mark === "gone" ? planted : planted.filter((line) => !COMMENT.test(line)),
      ).toEqual([]);
      expect(await dataOf(Buffer.from(output), extension)).toEqual(
        await dataOf(Buffer.from(clean), extension),
      );
      if (extension === "yaml") {
        // What another reader makes of it: no directive, tag or anchor.
        for (const document of parseAllDocuments(output)) {
          expect(document).toMatchObject({ errors: [], warnings: [] });
        }
        expect(output).not.toMatch(/^%|(^|[\s[{,])[!&*]\S/m);
      }
    });
  });
});

describe("a layout field that was not written for this file", () => {
  const plain = "a: 1.50 # x\nb:   [yes]\n";
  const canonical = "# x\na: 1.5\nb:\n    - \"yes\"\n";
  const FIELD = /leafseal_layout: (.*)\n/;

  test.each<[string, (sealed: string, other: string) => string]>([
    ["of another file", (sealed, other) => replaced(sealed, FIELD, FIELD.exec(other)?.[0] ?? "")],
    ["cut", (sealed) => replaced(sealed, FIELD, "leafseal_layout: ENC[\n")],
    ["clear", (sealed) => replaced(sealed, FIELD, 'leafseal_layout: \'{"v":1,"document":"EVIL: 1"}\'\n')],
    ["a list", (sealed) => replaced(sealed, FIELD, "leafseal_layout: [EVIL]\n")],
    ["a value of the file", (sealed) => replaced(sealed, FIELD, `leafseal_layout: ${ciphertextOf(sealed, "a")}\n`)],
    ["the MAC", (sealed) => replaced(sealed, FIELD, `leafseal_layout: ${ciphertextOf(sealed, "mac")}\n`)],
  ])("%s", async (_, edit) => {
    const [sealed, other] = await Promise.all([seal(plain, "yaml"), seal(plain, "yaml")]);
    expect((await open(sealed, "yaml")).toString()).toBe(plain);
    const { exitCode, stdout, stderr } = await tryOpen(
      edit(sealed.toString(), other.toString()),
      "yaml",
    );
    if (exitCode !== 0) {
      expect(exitCode).toBe(1);
      return;
    }
    expect(stdout.toString()).toBe(canonical);
    expect(stderr).toMatch(/layout field was not written for this version/);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
}); // prettier-ignore
