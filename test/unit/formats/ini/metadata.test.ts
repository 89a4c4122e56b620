import { describe, expect, test } from "vitest";

import { mapOf, stringValue } from "../../../../src/document/tree.js";
import { iniStore } from "../../../../src/formats/ini/store.js";
import { SopsError } from "../../../../src/support/errors.js";
import { decodeText, encodeText } from "../../../../src/support/text.js";
import { treeToJson } from "../../../support/tree-json.js";
import { vectorCases } from "../../../support/vectors.js";

const BRANCHES = [mapOf([["s", mapOf([["a", stringValue("v")]])]])];

function split(text: string): ReturnType<typeof iniStore.splitMetadata> {
  return iniStore.splitMetadata(iniStore.parse(encodeText(text)).branches);
}

describe("metadata", () => {
  test.each([
    "age__list_0__map_enc = x\\ny\\n\n",
    'age__list_0__map_enc = """x\ny\n"""\n',
    "; c\nage__list_0__map_enc : x\\ny\\n ; d\n",
  ])("both styles of line breaks, comments skipped: %j", (lines) => {
    const { metadata, branches } = split(`[sops]\n${lines}[s]\na = v\n`);
    expect(treeToJson([metadata ?? mapOf([])])).toEqual(
      treeToJson([
        mapOf([["age", { kind: "list", items: [mapOf([["enc", stringValue("x\ny\n")]])] }]]),
      ]),
    );
    expect(branches[0]?.items.map((item) => item.kind === "pair" && item.key)).toEqual([
      "DEFAULT",
      "s",
    ]);
  });

  test("none, two, another case", () => {
    expect(split("[SOPS]\nversion = 1\n").metadata).toBeNull();
    expect(() => split("[sops]\n[sops]\n")).toThrow("Found duplicate sops entry");
  });

  test("joining writes the canonical section last, without places", () => {
    const metadata = mapOf([
      ["kms", { kind: "list", items: [mapOf([["arn", stringValue("a:b")]])] }],
      ["encrypted_regex", stringValue("^(a;b|'c')$")],
      ["mac", stringValue("ENC[x]")],
      ["mac_only_encrypted", { kind: "bool", value: true }],
    ]);
    const joined = iniStore.joinMetadata(BRANCHES, metadata);
    expect(decodeText(iniStore.emit(joined, {}))).toBe(
      "[s]\na = v\n\n[sops]\nkms__list_0__map_arn = a:b\nencrypted_regex      = `^(a;b|'c')$`\n" +
        "mac                  = ENC[x]\nmac_only_encrypted   = true\n",
    );
    expect(decodeText(iniStore.emit(iniStore.joinMetadata([], metadata), {}))).toMatch(/^\[sops\]/);
  });

  test.each(["'x'", "x\\", '"""x', " x", "a`b"])("the text %j survives", (text) => {
    const joined = iniStore.joinMetadata(BRANCHES, mapOf([["encrypted_regex", stringValue(text)]]));
    const reread = iniStore.parse(iniStore.emit(joined, {}));
    const { metadata } = iniStore.splitMetadata(reread.branches);
    expect(metadata?.items).toMatchObject([{ value: { value: text } }]);
  });

  test("only a section is reserved", () => {
    const isReserved = (text: string): boolean =>
      iniStore.isReserved(iniStore.parse(encodeText(text)).branches);
    expect(isReserved("[sops]\n")).toBe(true);
    expect(isReserved("sops = 1\n[Sops]\nsops_mac = 1\n")).toBe(false);
  });

  const written = vectorCases("ini").filter(
    ({ files, result }) => files.has("encrypted.ini") && result.conformance === "exact",
  );
  test.each(written.map(({ name, files }) => ({ name, files })))("rewrites $name", ({ files }) => {
    const source = files.get("encrypted.ini") ?? new Uint8Array();
    const { metadata, branches } = iniStore.splitMetadata(iniStore.parse(source).branches);
    const joined = iniStore.joinMetadata(branches, metadata ?? mapOf([]));
    expect(decodeText(iniStore.emit(joined, {}))).toBe(decodeText(source));
  });

  const variants = (["options", "metadata", "tamper"] as const)
    .flatMap((group) => vectorCases(group))
    .filter(({ files }) => files.has("encrypted.ini"));
  test.each(variants.map(({ name, files }) => ({ name, files })))(
    "reads $name",
    ({ name, files }) => {
      const text = decodeText(files.get("encrypted.ini") ?? new Uint8Array());
      if (name.includes("dup")) {
        expect(() => split(text)).toThrow(SopsError);
        return;
      }
      const mac = split(text).metadata?.items.find(
        (item) => item.kind === "pair" && item.key === "mac",
      );
      expect(mac !== undefined).toBe(!name.endsWith("upper-section") && !name.includes("missing"));
    },
  );
});
