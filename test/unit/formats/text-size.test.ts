import { expect, test } from "vitest";

import { dotenvStore } from "../../../src/formats/dotenv/store.js";
import { jsonStore } from "../../../src/formats/json/store.js";
import { ParseError } from "../../../src/support/errors.js";

test.each([jsonStore, dotenvStore])("$format: more than a string can hold is refused", (store) => {
  const source = new Uint8Array(2 ** 29);
  expect(() => store.parse(source)).toThrow(ParseError);
  expect(() => store.parse(source)).toThrow("larger than 512 MiB");
});
