/**
 * `support/` is the ground floor: errors, text, patterns, and the one description of the machine underneath.
 * It imports nothing of ours. Only `node-runtime.ts` touches the process, the file system and child processes.
 */
import type * as nodeFs from "node:fs";

/** The synchronous calls of `node:fs` that the program uses; tests wrap them to inject faults. */
export type FileSystem = Pick<
  typeof nodeFs,
  | "readFileSync"
  | "openSync"
  | "closeSync"
  | "readSync"
  | "writeSync"
  | "fsyncSync"
  | "ftruncateSync"
  | "fstatSync"
  | "fchmodSync"
  | "fchownSync"
  | "statSync"
  | "lstatSync"
  | "realpathSync"
  | "readlinkSync"
  | "renameSync"
  | "unlinkSync"
  | "mkdirSync"
  | "mkdtempSync"
  | "rmSync"
  | "rmdirSync"
  | "readdirSync"
  | "chmodSync"
  | "accessSync"
>;

export interface ExecRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to the child's standard input, which is then closed. */
  readonly input?: Uint8Array;
}

export interface ExecResult {
  /** `null` when a signal ended the child. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export interface InputStream {
  readonly isTTY: boolean;
  /** Everything that has not been read yet. @throws SopsError CANNOT_READ */
  readAll(): Promise<Uint8Array>;
  /**
   * The next line without its line end; text without one at the end counts as a line. Bytes that are not UTF-8 become
   * replacement characters. Other work goes on while it waits.
   *
   * @param signal - takes the question back
   * @returns `null` at the end of the input, or when it was taken back
   * @throws SopsError CANNOT_READ
   */
  readLine(signal?: AbortSignal): Promise<string | null>;
}

export interface OutputStream {
  readonly isTTY: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
  /** All bytes are handed to the system before this returns. @throws SopsError CANNOT_WRITE */
  write(data: Uint8Array | string): void;
}

/**
 * The machine as the program sees it. Passed down explicitly: nothing below the command line reads the environment,
 * the clock or the disk by itself. The library default is an empty environment.
 */
export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Logical working directory: `$PWD` where that names it, else the physical one (config.md §4.2). */
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** `null` where the system names none. */
  readonly homeDirectory: string | null;
  readonly tempDirectory: string;
  readonly userId: number | null;
  readonly processId: number;
  readonly fs: FileSystem;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  now(): Date;
  randomBytes(length: number): Uint8Array;
  /** Runs a program found on an absolute PATH entry, without a shell. @throws Error when it cannot be started */
  exec(request: ExecRequest): Promise<ExecResult>;
  /**
   * Registers clean-up for the case that a signal ends the process.
   * @returns a function that takes the registration back
   */
  onExit(cleanUp: () => void): () => void;
  /**
   * Registers what SIGINT and SIGTERM do instead of ending the process, once. For programs that run until they are
   * told to stop.
   * @returns a function that takes the registration back
   */
  onStop(stop: () => void): () => void;
  /** Runs `action` while new files get no more than the permissions that `mask` leaves. */
  withUmask(mask: number, action: () => void): void;
  /** Whether a process with this id runs on this machine, whoever owns it. */
  isProcessAlive(processId: number): boolean;
}
