import * as path from "node:path";

import type { Runtime } from "../runtime.js";
import { systemErrorCode } from "../system-error.js";
import { cannotWrite, writeFailure } from "./failure.js";

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;
const ATTEMPTS = 100;

/** What is left free for swap files and copies that an editor makes beside the text. */
const SPARE_ROOM = 4 * 1024 * 1024;

type Machine = Pick<
  Runtime,
  "fs" | "env" | "cwd" | "platform" | "tempDirectory" | "userId" | "randomBytes" | "onExit"
>;

export interface TemporaryDirectory {
  readonly path: string;
  /** Random decimal digits, for a name within. */
  readonly digits: string;
  /** Makes a file for the user alone, and gives its path. @throws SopsError CANNOT_WRITE */
  writeFile(name: string, content: Uint8Array): string;
  /** Removes it with all that is in it, now rather than at the end. @throws SopsError CANNOT_WRITE */
  remove(): void;
  /** From now on somebody else removes it. */
  handOver(): void;
}

export interface TemporaryDirectoryOptions {
  /** Decimal digits follow (cli.md §8, §9.10). */
  readonly prefix: string;
  /** Bytes that will be written; given, the user's directory in memory is used where it has room (security.md E1). */
  readonly inMemory?: number;
}

/**
 * A fresh directory for the user alone, below `TMPDIR`, under any umask. It is removed when a signal ends the process.
 *
 * @throws SopsError CANNOT_WRITE (exit 3)
 */
export function createTemporaryDirectory(
  machine: Machine,
  { prefix, inMemory }: TemporaryDirectoryOptions,
): TemporaryDirectory {
  const { fs } = machine;
  const base = (inMemory === undefined ? null : memoryDirectory(machine, inMemory)) ?? null;
  const directory = makeFresh(
    machine,
    base ?? path.resolve(machine.cwd, machine.tempDirectory),
    prefix,
  );
  const remove = (): void => {
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 });
  };
  const forget = machine.onExit(remove);
  return {
    path: directory,
    digits: decimalDigits(machine.randomBytes(8)),
    writeFile(name, content) {
      const file = path.join(directory, name);
      try {
        writePrivate(fs, file, content);
      } catch (error) {
        throw writeFailure(file, error);
      }
      return file;
    },
    remove() {
      forget();
      try {
        remove();
      } catch (error) {
        throw writeFailure(directory, error);
      }
    },
    handOver: forget,
  };
}

function makeFresh(
  { fs, randomBytes }: Pick<Machine, "fs" | "randomBytes">,
  base: string,
  prefix: string,
): string {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const directory = path.join(base, prefix + decimalDigits(randomBytes(8)));
    try {
      fs.mkdirSync(directory, { mode: DIRECTORY_MODE });
      // The umask may have taken bits away.
      fs.chmodSync(directory, DIRECTORY_MODE);
      return directory;
    } catch (error) {
      if (systemErrorCode(error) !== "EEXIST") {
        throw writeFailure(directory, error);
      }
    }
  }
  throw cannotWrite(base, "no free name for a private directory");
}

/** Nine of them, with a leading digit that is not 0. */
function decimalDigits(bytes: Uint8Array): string {
  const random = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  return String(100_000_000n + (random % 900_000_000n));
}

function writePrivate(fs: Runtime["fs"], file: string, content: Uint8Array): void {
  const descriptor = fs.openSync(file, "wx", FILE_MODE);
  try {
    fs.fchmodSync(descriptor, FILE_MODE);
    for (let offset = 0; offset < content.length;) {
      offset += fs.writeSync(descriptor, content, offset, content.length - offset);
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

/** `XDG_RUNTIME_DIR`, where it is what it should be: the user's own, closed to others, with room. */
function memoryDirectory({ fs, env, platform, userId }: Machine, length: number): string | null {
  const directory = env["XDG_RUNTIME_DIR"] ?? "";
  if (!path.isAbsolute(directory) || platform === "win32") {
    return null;
  }
  try {
    const stat = fs.statSync(directory);
    const isOwn = stat.isDirectory() && stat.uid === userId && (stat.mode & OTHERS) === 0;
    const { bavail, bsize } = fs.statfsSync(directory);
    fs.accessSync(directory, fs.constants.W_OK);
    return isOwn && bavail * bsize >= 2 * length + SPARE_ROOM ? directory : null;
  } catch {
    return null;
  }
}
