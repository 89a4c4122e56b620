import { expect, test } from "vitest";

import { bcryptPbkdf } from "../../../../../src/keys/age/ssh/bcrypt-pbkdf.js";

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

/** The first is the test vector of OpenBSD; longer keys begin otherwise, since the blocks are dealt out. */
test.each([
  ["password", "salt", 4, 32, "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9"],
])("%s, %s, %i rounds, %i bytes", (passphrase, salt, rounds, length, expected) => {
  const key = bcryptPbkdf(bytes(passphrase), bytes(salt), rounds, length);
  expect(Buffer.from(key).toString("hex")).toBe(expected);
});

test("a longer key takes its bytes from its blocks in turn", () => {
  const short = bcryptPbkdf(bytes("p"), bytes("s"), 1, 32);
  const long = bcryptPbkdf(bytes("p"), bytes("s"), 1, 48);
  expect(long).toHaveLength(48);
  expect([...long].filter((_, index) => index % 2 === 0)).toEqual([...short.subarray(0, 24)]);
});
