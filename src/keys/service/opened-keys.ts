import { isUnusable } from "../key-type.js";
import type { KeyService } from "./key-service.js";

/** A service that is not asked again in a run for a wrapped key that it has opened. Closing wipes what it holds. */
export function rememberOpenedKeys(service: KeyService): KeyService {
  const opened = new Map<string, Uint8Array>();
  return {
    name: service.name,
    wrap: (key, dataKey) => service.wrap(key, dataKey),

    async unwrap(key) {
      const id = `${key.type} ${key.enc}`;
      const known = opened.get(id);
      if (known !== undefined) {
        return new Uint8Array(known);
      }
      const result = await service.unwrap(key);
      if (!isUnusable(result)) {
        opened.set(id, new Uint8Array(result));
      }
      return result;
    },

    close() {
      for (const dataKey of opened.values()) {
        dataKey.fill(0);
      }
      opened.clear();
      service.close();
    },
  };
}
