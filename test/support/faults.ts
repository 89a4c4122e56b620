import * as fs from "node:fs";

import type { FileSystem } from "../../src/support/runtime.js";

type SystemCall = keyof FileSystem;

export interface Fault {
  readonly call: SystemCall;
  readonly code: string;
  /** The calls that fail: only those about this path or, for calls with a descriptor, opened with it. */
  readonly path?: RegExp;
  /** The n-th such call, from 1; without it every one. */
  readonly nth?: number;
  /** The first such write is half done and does not fail; the next one does. */
  readonly isShortFirst?: boolean;
}

/** The real file system with some calls failing, and a list of the calls that were made. */
export function faultyFileSystem(...faults: readonly Fault[]): {
  fs: FileSystem;
  calls: string[];
} {
  const paths = new Map<number, string>();
  const counts = new Map<Fault, number>();
  const calls: string[] = [];

  function pathOf(argument: unknown): string {
    return typeof argument === "number" ? (paths.get(argument) ?? "") : String(argument);
  }

  function check(call: SystemCall, argument: unknown): Fault | undefined {
    const path = pathOf(argument);
    calls.push(`${call} ${path}`);
    return faults.find((fault) => {
      if (fault.call !== call || fault.path?.test(path) === false) {
        return false;
      }
      const count = (counts.get(fault) ?? 0) + 1;
      counts.set(fault, count);
      const first = fault.isShortFirst === true ? 2 : 1;
      return count < first || fault.nth === undefined || count === fault.nth + first - 1;
    });
  }

  function failure(fault: Fault): Error {
    return Object.assign(new Error(`${fault.code}: injected, ${fault.call}`), { code: fault.code });
  }

  function wrap<Call extends SystemCall>(call: Call): FileSystem[Call] {
    const real = fs[call] as (...args: unknown[]) => unknown;
    const wrapped = (...args: unknown[]): unknown => {
      const fault = check(call, args[0]);
      if (fault?.isShortFirst === true && counts.get(fault) === 1) {
        const [descriptor, bytes, offset, length, position] = args as [
          number,
          Uint8Array,
          number,
          number,
          number?,
        ];
        return fs.writeSync(descriptor, bytes, offset, Math.floor(length / 2), position ?? null);
      }
      if (fault !== undefined) {
        throw failure(fault);
      }
      const result = real(...args);
      if (call === "openSync") {
        paths.set(result as number, String(args[0]));
      }
      return result;
    };
    return Object.assign(wrapped, real) as unknown as FileSystem[Call];
  }

  const names = [
    "readFileSync",
    "openSync",
    "closeSync",
    "readSync",
    "writeSync",
    "fsyncSync",
    "ftruncateSync",
    "fstatSync",
    "fchmodSync",
    "fchownSync",
    "statSync",
    "lstatSync",
    "realpathSync",
    "readlinkSync",
    "renameSync",
    "unlinkSync",
    "mkdirSync",
    "readdirSync",
    "accessSync",
  ] as const;
  const wrapped: Partial<Record<SystemCall, unknown>> = {};
  for (const name of names) {
    wrapped[name] = wrap(name);
  }
  return { fs: { ...fs, ...(wrapped as Partial<FileSystem>) }, calls };
}
