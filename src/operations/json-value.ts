import type { TreeValue } from "../document/tree.js";
import { loadStore } from "../formats/registry.js";
import { SopsError } from "../support/errors.js";
import { encodeText } from "../support/text.js";

/**
 * A value given as JSON: numbers are int where whole and within int64, arrays and objects keep their order.
 *
 * @throws SopsError INVALID_SET_VALUE (exit 7); the text is not quoted (security.md M1)
 */
export async function parseJsonValue(text: string): Promise<TreeValue> {
  const store = await loadStore("json");
  try {
    const [root] = store.parse(encodeText(`{"v":${text}\n}`)).branches;
    const [member, ...others] = root?.items ?? [];
    if (member?.kind === "pair" && others.length === 0) {
      return withoutPlaces(member.value);
    }
  } catch (cause) {
    throw new SopsError("INVALID_SET_VALUE", "Value for --set is not valid JSON", { cause });
  }
  throw new SopsError("INVALID_SET_VALUE", "Value for --set is not valid JSON");
}

/** Places of the value's own text mean nothing in the file it goes into. Depth is bounded by the parser. */
function withoutPlaces(value: TreeValue): TreeValue {
  const copies: { readonly from: TreeValue; readonly put: (copy: TreeValue) => void }[] = [];
  let result: TreeValue = value;
  copies.push({ from: value, put: (copy) => (result = copy) });
  for (let task = copies.pop(); task !== undefined; task = copies.pop()) {
    task.put(copyLevel(task.from, copies));
  }
  return result;
}

function copyLevel(
  from: TreeValue,
  copies: { from: TreeValue; put: (copy: TreeValue) => void }[],
): TreeValue {
  if (from.kind === "list") {
    const items: TreeValue[] = [];
    from.items.forEach((item, index) => {
      if (item.kind !== "comment") {
        copies.push({ from: item, put: (copy) => (items[index] = copy) });
      }
    });
    return { kind: "list", items };
  }
  if (from.kind === "map") {
    const items: { kind: "pair"; key: string; value: TreeValue }[] = [];
    from.items.forEach((item, index) => {
      if (item.kind === "pair") {
        const pair = { kind: "pair" as const, key: item.key, value: item.value };
        items[index] = pair;
        copies.push({ from: item.value, put: (copy) => (pair.value = copy) });
      }
    });
    return { kind: "map", items };
  }
  return { ...from, place: undefined };
}
