import { expect, test } from "vitest";

import {
  floatFlat,
  floatJson,
  floatPlaintext,
  floatYaml,
} from "../../../src/document/float-text.js";
import { unitTable } from "../../support/vectors.js";

interface FloatRow {
  readonly json_in: string;
  readonly encrypted_as: string;
  readonly yaml: string;
  readonly json: string;
  readonly dotenv: string;
}

const isWhole = (text: string): boolean => /^-?\d+$/.test(text);
const rows = (unitTable("floats") as unknown as FloatRow[]).filter((row) => !isWhole(row.json_in));

test(`all ${String(rows.length)} doubles are spelled as sops spells them`, () => {
  const ours = rows.map(({ json_in }) => {
    const value = Number(json_in);
    return {
      json_in,
      encrypted_as: floatPlaintext(value),
      yaml: floatYaml(value),
      json: floatJson(value),
      dotenv: floatFlat(value),
    };
  });
  expect(ours).toEqual(rows);
});

test.each([
  [Infinity, "+Inf", ".inf"],
  [-Infinity, "-Inf", "-.inf"],
  [NaN, "NaN", ".nan"],
])("%d has no JSON spelling", (value, plaintext, yaml) => {
  expect([floatPlaintext(value), floatYaml(value), floatJson(value)]).toEqual([
    plaintext,
    yaml,
    null,
  ]);
});
