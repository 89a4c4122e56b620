import { SopsError } from "../support/errors.js";
import type { KeyGroup } from "./key-group.js";
import { KEY_TYPE_IDS, type KeyTypeId } from "./master-key.js";

/** Keys that need no network come first (keys.md §2.1, security.md N1). */
export const DEFAULT_DECRYPTION_ORDER: readonly KeyTypeId[] = ["age", "pgp"];

/**
 * `--decryption-order`: names separated by commas, not trimmed, unknown ones ignored; empty is the default.
 *
 * @throws SopsError DUPLICATE_DECRYPTION_ORDER (exit 112)
 */
export function parseDecryptionOrder(text: string | undefined): readonly KeyTypeId[] {
  if (text === undefined || text === "") {
    return DEFAULT_DECRYPTION_ORDER;
  }
  const order: KeyTypeId[] = [];
  for (const name of text.split(",")) {
    const id = KEY_TYPE_IDS.find((known) => known === name);
    if (id === undefined) {
      continue;
    }
    if (order.includes(id)) {
      throw new SopsError("DUPLICATE_DECRYPTION_ORDER", `Duplicate decryption key type: ${id}`);
    }
    order.push(id);
  }
  return order;
}

/** Kinds in the order come first, the others follow as they stand. */
export function sortForDecryption(group: KeyGroup, order: readonly KeyTypeId[]): KeyGroup {
  const rank = (type: KeyTypeId): number => {
    const place = order.indexOf(type);
    return place === -1 ? order.length : place;
  };
  return group.toSorted((a, b) => rank(a.type) - rank(b.type));
}
