import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { LEAFSEAL_VERSION } from "../../../src/cli/version.js";

test("the version is that of the package", () => {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  expect((JSON.parse(text) as { version: string }).version).toBe(LEAFSEAL_VERSION);
});
