import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { ReplaceOptions } from "../../src/support/files/replace-file.js";
import { temporaryDirectories } from "./directory.js";
import { faultyFileSystem, type Fault } from "./faults.js";
import { createTestRuntime, type TestRuntime } from "./runtime.js";

export const OLD = Buffer.from("the old content, which is longer\n");
export const NEW = Buffer.from("the new content\n");

export interface Scene {
  readonly work: string;
  readonly file: string;
  readonly state: string;
  readonly runtime: TestRuntime;
  readonly calls: string[];
  readonly warnings: string[];
  readonly options: ReplaceOptions;
}

/** Makes work trees with one file, and a machine on which some calls fail. Call it at the top of a test file. */
export function writeScenes(): (...faults: readonly Fault[]) => Scene {
  const makeDirectory = temporaryDirectories();
  return (...faults) => makeScene(makeDirectory(), faults);
}

function makeScene(root: string, faults: readonly Fault[]): Scene {
  const work = join(root, "work");
  const state = join(root, "run");
  mkdirSync(work);
  mkdirSync(state);
  const file = join(work, "secret.yaml");
  writeFileSync(file, OLD, { mode: 0o640 });
  const { fs, calls } = faultyFileSystem(...faults);
  const warnings: string[] = [];
  const runtime = createTestRuntime({ fs, cwd: work, env: { XDG_RUNTIME_DIR: state } });
  const options: ReplaceOptions = { isClear: false, warn: (text) => warnings.push(text) };
  return { work, file, state, runtime, calls, warnings, options };
}

export function recoveryFiles(state: string): string[] {
  return readdirSync(state, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".encrypted"),
  );
}

export const SIBLING = /\.leafseal-[^/]*\.tmp$/;
