import fc from "fast-check";
import { expect, test } from "vitest";

import {
  decodeFrame,
  decodeReason,
  encodeFrame,
  encodeReason,
  GrpcError,
  statusName,
} from "../../../../src/keys/service/grpc.js";

test("a frame says that it is not compressed, and how long it is", () => {
  const frame = encodeFrame([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]);
  expect([...frame]).toEqual([0, 0, 0, 0, 3, 1, 2, 3]);
  expect([...decodeFrame(frame)]).toEqual([1, 2, 3]);
  expect(decodeFrame(encodeFrame([]))).toHaveLength(0);
  // Also where the bytes stand within others.
  expect([...decodeFrame(Buffer.from([9, 9, ...frame]).subarray(2))]).toEqual([1, 2, 3]);
});

test.each<[string, number[], string]>([
  ["nothing", [], "INTERNAL"],
  ["a cut prefix", [0, 0, 0], "INTERNAL"],
  ["a compressed message", [1, 0, 0, 0, 1, 7], "UNIMPLEMENTED"],
  ["a cut message", [0, 0, 0, 0, 2, 7], "INTERNAL"],
  ["two messages", [0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0], "INTERNAL"],
])("%s is refused", (_, bytes, status) => {
  let caught: unknown;
  try {
    decodeFrame(Uint8Array.from(bytes));
  } catch (error) {
    caught = error;
  }
  expect(caught instanceof GrpcError ? statusName(caught.status) : caught).toBe(status);
});

test("reasons travel as printable ASCII", () => {
  expect(encodeReason("50% é\nno")).toBe("50%25 %C3%A9%0Ano");
  expect(decodeReason("50%25 %c3%A9%0Ano%")).toBe("50% é\nno%");
  expect(decodeReason("%FF%zz")).not.toContain("%FF");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const encoded = encodeReason(text);
      expect(encoded).toMatch(/^[ -~]*$/);
      expect(decodeReason(encoded)).toBe(text);
    }),
  );
});

test("an endless reason still fits into headers", () => {
  expect(encodeReason("é".repeat(100_000)).length).toBeLessThan(4200);
});

test("statuses have names, whatever a peer sends", () => {
  expect([5, 7, 2, 99, -1].map(statusName)).toEqual([
    "NOT_FOUND",
    "PERMISSION_DENIED",
    "UNKNOWN",
    "status 99",
    "status -1",
  ]);
});
