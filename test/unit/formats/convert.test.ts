/** Trees of one format written in another, against what sops decrypts to (spec: formats.md §10). */
import { expect, test } from "vitest";

import { loadStore } from "../../../src/formats/registry.js";
import type { FormatId } from "../../../src/formats/store.js";
import { type VectorCase, vectorCases } from "../../support/vectors.js";

const SOURCES: Readonly<Record<string, FormatId>> = {
  "plain.json": "json",
  "plain.env": "dotenv",
  "plain.bin": "binary",
  "plain.txt": "binary",
};

const TARGETS = ["json", "dotenv", "binary"] as const;

interface Conversion {
  readonly name: string;
  readonly source: FormatId;
  readonly target: FormatId;
  readonly plain: Uint8Array;
  /** The text that sops gives, or its refusal. */
  readonly expected: Uint8Array | string;
}

function conversionsOf({ name, files, result }: VectorCase): Conversion[] {
  const [file, source] = Object.entries(SOURCES).find(([known]) => files.has(known)) ?? [];
  const plain = files.get(file ?? "");
  if (source === undefined || plain === undefined) {
    return [];
  }
  return TARGETS.flatMap((target) => {
    const step = result.steps?.find(
      ({ args }) => args.slice(0, 3).join(" ") === `decrypt --output-type ${target}`,
    );
    if (step === undefined) {
      return [];
    }
    const message = step.stderr.replace("Error dumping file: ", "").trimEnd();
    const expected = files.get(step.stdout_file ?? "") ?? message;
    return [{ name, source, target, plain, expected }];
  });
}

const CONVERSIONS = vectorCases("convert").flatMap(conversionsOf);

async function convert({ source, target, plain }: Conversion): Promise<Uint8Array> {
  const from = await loadStore(source);
  const into = await loadStore(target);
  return into.emit(from.parse(plain).branches, {});
}

test.each(CONVERSIONS.filter(({ expected }) => typeof expected !== "string"))(
  "$name as $target",
  async (conversion) => {
    expect(Buffer.from(await convert(conversion))).toEqual(Buffer.from(conversion.expected));
  },
);

test.each(CONVERSIONS.filter(({ expected }) => typeof expected === "string"))(
  "$name as $target is refused",
  async (conversion) => {
    await expect(convert(conversion)).rejects.toMatchObject({
      code: "CANNOT_EMIT",
      message: conversion.expected,
    });
  },
);

test("a store is loaded once", () => {
  expect(loadStore("json")).toBe(loadStore("json"));
});
