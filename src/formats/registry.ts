import type { FormatId, Store } from "./store.js";

/** Each store is loaded when a file of its format is met, so that a run pays for one scanner only. */
const LOADERS: Readonly<Record<FormatId, () => Promise<Store>>> = {
  yaml: async () => (await import("./yaml/store.js")).yamlStore,
  json: async () => (await import("./json/store.js")).jsonStore,
  dotenv: async () => (await import("./dotenv/store.js")).dotenvStore,
  ini: async () => (await import("./ini/store.js")).iniStore,
  binary: async () => (await import("./binary/store.js")).binaryStore,
};

const loaded = new Map<FormatId, Promise<Store>>();

/**
 * The store of a format.
 *
 * For `binary` this is the store of the plain side; the encrypted side of a binary file is a JSON document, read and
 * written by the `json` store (spec: formats.md §7).
 */
export function loadStore(format: FormatId): Promise<Store> {
  let store = loaded.get(format);
  if (store === undefined) {
    store = LOADERS[format]();
    loaded.set(format, store);
  }
  return store;
}
