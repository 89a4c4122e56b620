import * as path from "node:path";

import type { Runtime } from "../runtime.js";
import { systemErrorCode } from "../system-error.js";

/** Pipes kept ready: one is used up each time somebody opens the file. */
const SPARES = 8;
const CHUNK = 64 * 1024;

/** Between two looks: quick at first, then as often as nobody notices. */
const QUICK_MS = 1;
const SLOW_MS = 20;
const QUICK_LOOKS = 500;

type Machine = Pick<Runtime, "fs" | "exec" | "env">;

export interface FifoServer {
  readonly file: string;
  /** Ends all at once; what has not been read is not read any more. */
  close(): void;
}

/**
 * Offers content as a named pipe, mode 0600, to everybody who opens it, one after the other, each time from its start.
 *
 * Nothing here waits in a call to the system: a pipe without a reader, or with one that stopped reading, holds nobody
 * up (security.md X4). As soon as a reader is there, a new pipe takes the place of his, so that the next one to open the
 * file gets one of its own; only those that open it at the very same time share one, as with any pipe.
 *
 * @param directory - private; `name` must be free in it
 * @returns `null` where the system makes no named pipes
 */
export async function serveFifo(
  machine: Machine,
  directory: string,
  name: string,
  content: Uint8Array,
): Promise<FifoServer | null> {
  const spareDirectory = path.join(directory, name === ".next" ? ".after" : ".next");
  try {
    machine.fs.mkdirSync(spareDirectory);
    // Not as its mode, from which the umask may take bits away.
    machine.fs.chmodSync(spareDirectory, 0o700);
    const server = new Server(machine, path.join(directory, name), spareDirectory, content);
    await server.start();
    return server;
  } catch {
    machine.fs.rmSync(spareDirectory, { recursive: true, force: true });
    return null;
  }
}

class Server implements FifoServer {
  readonly file: string;
  readonly #machine: Machine;
  readonly #spareDirectory: string;
  readonly #content: Uint8Array;
  readonly #spares: string[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #descriptors = new Set<number>();
  #made = 0;
  #isRefilling = false;

  constructor(machine: Machine, file: string, spareDirectory: string, content: Uint8Array) {
    this.#machine = machine;
    this.file = file;
    this.#spareDirectory = spareDirectory;
    this.#content = content;
  }

  /** @throws Error when no pipe can be made */
  async start(): Promise<void> {
    await this.#refill();
    this.#renew();
    this.#watch(0);
  }

  close(): void {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    for (const descriptor of this.#descriptors) {
      this.#machine.fs.closeSync(descriptor);
    }
    this.#descriptors.clear();
  }

  async #refill(): Promise<void> {
    const count = SPARES - this.#spares.length;
    const names = Array.from({ length: count }, (_, index) =>
      path.join(this.#spareDirectory, String(this.#made + index)),
    );
    this.#made += count;
    const { exitCode } = await this.#machine.exec({
      command: "mkfifo",
      args: ["-m", "600", ...names],
      env: { PATH: this.#machine.env["PATH"] },
    });
    if (exitCode !== 0) {
      throw new Error("mkfifo failed");
    }
    this.#spares.push(...names);
  }

  async #refillQuietly(): Promise<void> {
    this.#isRefilling = true;
    try {
      await this.#refill();
      this.#isRefilling = false;
    } catch {
      // What is ready is used up; then readers share the last pipe.
    }
  }

  /** Puts a pipe that nobody has opened in the file's place. @returns false when the command took the place away */
  #renew(): boolean {
    const spare = this.#spares.pop();
    try {
      if (spare !== undefined) {
        this.#machine.fs.renameSync(spare, this.file);
      }
    } catch {
      return false;
    }
    if (this.#spares.length <= SPARES / 2 && !this.#isRefilling) {
      void this.#refillQuietly();
    }
    return true;
  }

  #later(milliseconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #watch(looks: number): void {
    const descriptor = this.#open();
    if (descriptor !== null) {
      this.#descriptors.add(descriptor);
      const isRenewed = this.#renew();
      this.#write(descriptor, 0, 0);
      if (!isRenewed) {
        return;
      }
    }
    const next = descriptor === null ? looks + 1 : 0;
    this.#later(next < QUICK_LOOKS ? QUICK_MS : SLOW_MS, () => {
      this.#watch(next);
    });
  }

  /** `null` while nobody reads. */
  #open(): number | null {
    const { fs } = this.#machine;
    const { O_WRONLY, O_NONBLOCK } = fs.constants;
    try {
      return fs.openSync(this.file, O_WRONLY | O_NONBLOCK);
    } catch {
      return null; // ENXIO: no reader; ENOENT: the command has removed the file
    }
  }

  #write(descriptor: number, start: number, waits: number): void {
    let offset = start;
    try {
      while (offset < this.#content.length) {
        const length = Math.min(CHUNK, this.#content.length - offset);
        offset += this.#machine.fs.writeSync(descriptor, this.#content, offset, length);
      }
    } catch (error) {
      if (systemErrorCode(error) === "EAGAIN") {
        const next = offset > start ? 0 : waits + 1;
        this.#later(next < QUICK_LOOKS ? QUICK_MS : SLOW_MS, () => {
          this.#write(descriptor, offset, next);
        });
        return;
      }
      // EPIPE: the reader had enough.
    }
    this.#descriptors.delete(descriptor);
    this.#machine.fs.closeSync(descriptor);
  }
}
