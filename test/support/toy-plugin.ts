import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("toy-plugin.mjs", import.meta.url));

/** Bech32 of a few words; nothing in it is secret. */
export const TOY_RECIPIENT = "age1toy1w3hhjgrjv43kjurfv4h8gfjmq8f";
export const TOY_IDENTITY = "AGE-PLUGIN-TOY-1W3HHJGRFV3JKUARFW3US6LMHQK";

export interface ToyPlugin {
  /** `PATH`, and what tells the plugin where to write its log. */
  readonly env: Readonly<Record<string, string>>;
  /** One line a stanza that it has read; the first line of a run is its mode. */
  log(): string[];
}

/** Puts `age-plugin-toy` into a folder of its own below `folder`. */
export function installToyPlugin(folder: string, name = "age-plugin-toy"): ToyPlugin {
  const bin = join(folder, "plugins");
  mkdirSync(bin, { recursive: true });
  const program = join(bin, name);
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${SCRIPT}" "$@"\n`);
  chmodSync(program, 0o755);
  const logFile = join(folder, "toy.log");
  writeFileSync(logFile, "");
  return {
    env: { PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, TOY_LOG: logFile },
    log: () => readFileSync(logFile, "latin1").split("\n").slice(0, -1),
  };
}
