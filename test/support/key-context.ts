import { createKeyContext } from "../../src/keys/key-context.js";
import type { KeyContext } from "../../src/keys/key-type.js";
import { createTestRuntime, type TestRuntimeOptions } from "./runtime.js";

/** What a key sees of the machine of a test, and the warnings that it gave. */
export function createTestKeyContext(options: TestRuntimeOptions = {}): {
  context: KeyContext;
  warnings: string[];
} {
  const warnings: string[] = [];
  const runtime = createTestRuntime({ homeDirectory: null, ...options });
  const context = createKeyContext(runtime, { log: () => {}, warn: (text) => warnings.push(text) });
  return { context, warnings };
}
