import type { Runtime } from "../support/runtime.js";
import type { KeyContext } from "./key-type.js";

/** The slice of the machine for the keys of one run. A warning is given once, however often its cause is met. */
export function createKeyContext(
  runtime: Runtime,
  listeners: Pick<KeyContext, "log" | "warn">,
): KeyContext {
  const warned = new Set<string>();
  return {
    machine: runtime,
    warn(message) {
      if (!warned.has(message)) {
        warned.add(message);
        listeners.warn(message);
      }
    },
    log: (tag, message) => {
      listeners.log(tag, message);
    },
  };
}
