/** What tests of age keys do again and again: wrap for a recipient, open with what a machine has. */
import { isUnusable, type KeyContext } from "../../src/keys/key-type.js";
import type { MasterKey } from "../../src/keys/master-key.js";
import { keyTypeOf } from "../../src/keys/registry.js";
import { createTestKeyContext } from "./key-context.js";
import type { TestRuntimeOptions } from "./runtime.js";

export const DATA_KEY: Uint8Array = Uint8Array.from({ length: 32 }, (_, index) => index);

/** A key of age that has wrapped {@link DATA_KEY}. */
export async function wrapFor(
  recipient: string,
  context: KeyContext = createTestKeyContext().context,
): Promise<MasterKey> {
  const age = keyTypeOf("age");
  const [key] = age.parse(recipient);
  if (key === undefined) throw new Error("no key");
  return { ...key, enc: await (await age.load()).wrap(key, DATA_KEY, context) };
}

/** @returns the data key, or the text of the report when nothing opened it */
export async function openIn(context: KeyContext, key: MasterKey): Promise<Uint8Array | string> {
  const result = await (await keyTypeOf("age").load()).unwrap(key, context);
  return isUnusable(result) ? result.reason : result;
}

/** As {@link openIn}, in a run of its own. */
export function openOnce(
  options: TestRuntimeOptions,
  key: MasterKey,
): Promise<Uint8Array | string> {
  return openIn(createTestKeyContext(options).context, key);
}
