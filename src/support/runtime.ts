/**
 * `support/` is the ground floor: errors, text, patterns, and the one description of the machine underneath.
 * It imports nothing of ours. Only the `node-` files touch the process, the file system and child processes.
 */
import type * as nodeFs from "node:fs";

import type { HttpAnswer, HttpRequest } from "./http.js";

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
  | "linkSync"
  | "unlinkSync"
  | "mkdirSync"
  | "mkdtempSync"
  | "rmSync"
  | "rmdirSync"
  | "readdirSync"
  | "chmodSync"
  | "accessSync"
  | "statfsSync"
  | "constants"
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

/** A program that takes our place at the terminal until it ends. */
export interface ChildRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /**
   * Milliseconds after which a child that was told to end (SIGTERM, SIGHUP, SIGUSR1, SIGUSR2) is killed; without it
   * the child takes the time that it wants.
   */
  readonly graceMs?: number;
  /** Windows: the arguments are one command line already. */
  readonly isVerbatim?: boolean;
}

export interface ChildEnd {
  /** The exit status, or 128 + n where signal n ended the child. */
  readonly status: number;
  /** `null` where the child ended by itself. */
  readonly signal: string | null;
  /** The signals that this process got and passed on; not those that the terminal itself gave to both. */
  readonly passedSignals: readonly string[];
}

/** What an audit trail records (spec: keys.md §14). */
export type AuditAction = "encrypt" | "decrypt" | "rotate";

/** As the system knows it. */
export interface UserIdentity {
  readonly name: string;
  readonly userId: number;
  readonly groupId: number;
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

/** What {@link Runtime.start} needs; standard input and output are the conversation. */
export interface StartRequest extends Omit<ExecRequest, "input"> {
  /** Its standard error is ours; else nobody sees it. */
  readonly isStderrShown: boolean;
}

/** A conversation with a program or a server on this machine. */
export interface Channel {
  /** The next bytes, as they come; `null` at the end. */
  read(): Promise<Uint8Array | null>;
  /** What nobody reads any more is lost. */
  write(data: Uint8Array): void;
  /** Ends the conversation; a program that does not end then is killed after a while. */
  close(): void;
}

/** The terminal while keys come one by one and are not shown. Whoever opens it closes it. */
export interface TerminalSession {
  readonly columns: number;
  write(text: string): void;
  /** The next keys, as they come; `null` when the terminal is gone. */
  readKeys(): Promise<Uint8Array | null>;
  /** Closes it and does what Ctrl-C does elsewhere; comes back only where that does not end the process. */
  interrupt(): Promise<void>;
  close(): void;
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
  /** The one of the account, whatever the environment says; `null` where there is none. */
  accountHomeDirectory(): string | null;
  /** The name of the account that the process runs as; `null` where there is none. */
  accountName(): string | null;
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
  /** Starts a program found as {@link exec} does, to converse with. @throws Error when it cannot be started */
  start(request: StartRequest): Promise<Channel>;
  /** Connects to a server of this machine. @param socketPath - of a Unix socket. @throws Error when nobody listens */
  connect(socketPath: string): Promise<Channel>;
  /** One exchange with a server, see `sendHttp`. @throws HttpFailure where no whole answer comes */
  http(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Records what is about to happen to a file, where whoever runs this machine asked for that; else does nothing.
   *
   * @param file - absolute path
   * @throws SopsError AUDIT_FAILED; then it must not happen
   */
  audit(action: AuditAction, file: string): Promise<void>;
  /** Opens the terminal of the process, whatever its standard streams are; `null` where it has none. */
  openTerminal(): Promise<TerminalSession | null>;
  /**
   * Runs a program with our standard streams. Signals to this process reach the program and do not end us; what it
   * leaves running after one of them is ended too (security.md X2).
   *
   * @throws Error when it cannot be started
   */
  runChild(request: ChildRequest): Promise<ChildEnd>;
  /** Starts a program that runs on without our streams, also when we have ended. @throws Error as `runChild` */
  startDetached(request: ChildRequest): Promise<void>;
  /** Gives up what this process may do for what that user may, for good. @throws Error unless it may do so */
  becomeUser(user: UserIdentity): void;
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
