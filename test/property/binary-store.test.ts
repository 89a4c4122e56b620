import * as fc from "fast-check";
import { expect, test } from "vitest";

import { mapOf } from "../../src/document/tree.js";
import { binaryStore } from "../../src/formats/binary/store.js";
import { dotenvStore } from "../../src/formats/dotenv/store.js";
import { decodeText } from "../../src/support/text.js";

test("any bytes come back, as bytes and as text", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(Buffer.from(binaryStore.emit(binaryStore.parse(bytes).branches, {}))).toEqual(
        Buffer.from(bytes),
      );
      const branch = mapOf([["data", { kind: "string", value: decodeText(bytes) }]]);
      expect(Buffer.from(binaryStore.emit([branch], {}))).toEqual(Buffer.from(bytes));
    }),
  );
});

test("binary content as dotenv is one entry", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const written = dotenvStore.emit(binaryStore.parse(bytes).branches, {});
      expect(dotenvStore.parse(written).branches[0]?.items).toHaveLength(1);
    }),
  );
});
