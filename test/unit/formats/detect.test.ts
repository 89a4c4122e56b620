import { expect, test } from "vitest";

import { detectFormat, formatOfPath, formatOfTypeName } from "../../../src/formats/detect.js";

test.each([
  ["a.yaml", "yaml"],
  ["dir.json/a.yml", "yaml"],
  ["a.json", "json"],
  ["a.env", "dotenv"],
  [".env", "dotenv"],
  ["a.ini", "ini"],
  ["a.YAML", "binary"],
  ["a.yaml.enc", "binary"],
  [".env.prod", "binary"],
  ["a.jsonc", "binary"],
  ["/dev/stdin", "binary"],
  ["yaml", "binary"],
  ["", "binary"],
] as const)("the name %j means %s", (path, format) => {
  expect(formatOfPath(path)).toBe(format);
});

test.each(["yml", "env", "YAML", "", "constructor", "json "])("%j names no type", (name) => {
  expect(formatOfTypeName(name)).toBeUndefined();
});

test("a known type name wins over the path, an unknown one is ignored", () => {
  expect(detectFormat("dotenv", "a.json")).toBe("dotenv");
  expect(detectFormat("yml", "a.json")).toBe("json");
  expect(detectFormat(undefined, "a.ini")).toBe("ini");
  expect(detectFormat(undefined, undefined)).toBe("binary");
});
