import { LOCAL_SERVICE } from "../../support/data-key-error.js";
import type { KeyContext } from "../key-type.js";
import { isUnusable } from "../key-type.js";
import { keyTypeOf } from "../registry.js";
import type { KeyService } from "./key-service.js";

/** The keys of this process. It keeps nothing. */
export function createLocalKeyService(context: KeyContext): KeyService {
  return {
    name: LOCAL_SERVICE,

    async wrap(key, dataKey) {
      const type = keyTypeOf(key.type);
      const client = await type.load();
      const enc = await client.wrap(key, dataKey, context);
      context.log(type.logTag, "Encryption succeeded");
      return enc;
    },

    async unwrap(key) {
      const type = keyTypeOf(key.type);
      const client = await type.load();
      const result = await client.unwrap(key, context);
      const outcome = isUnusable(result) ? "unusable" : "succeeded";
      context.log(type.logTag, `Decryption ${outcome}`);
      return result;
    },

    close: () => undefined,
  };
}
