import type { KeyContext, Unusable } from "../key-type.js";
import { isUnusable } from "../key-type.js";
import type { MasterKey } from "../master-key.js";
import { keyTypeOf } from "../registry.js";
import type { KeyService } from "./key-service.js";

/** The keys of this process. A wrapped key that was opened once in a run is not opened again. */
export function createLocalKeyService(context: KeyContext): KeyService {
  const opened = new Map<string, Uint8Array>();

  async function open(key: MasterKey): Promise<Uint8Array | Unusable> {
    const type = keyTypeOf(key.type);
    const client = await type.load();
    const result = await client.unwrap(key, context);
    const outcome = isUnusable(result) ? "unusable" : "succeeded";
    context.log(type.logTag, `Decryption ${outcome}`);
    return result;
  }

  return {
    name: "local",

    async wrap(key, dataKey) {
      const type = keyTypeOf(key.type);
      const client = await type.load();
      const enc = await client.wrap(key, dataKey, context);
      context.log(type.logTag, "Encryption succeeded");
      return enc;
    },

    async unwrap(key) {
      const id = `${key.type} ${key.enc}`;
      const known = opened.get(id);
      if (known !== undefined) {
        return known.slice();
      }
      const result = await open(key);
      if (!isUnusable(result)) {
        opened.set(id, result.slice());
      }
      return result;
    },

    close() {
      for (const dataKey of opened.values()) {
        dataKey.fill(0);
      }
      opened.clear();
    },
  };
}
