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
 * Offers content as a named pipe, mode 0600, to everybody who opens it, each time from its start.
 *
 * Nothing here waits in a call to the system: a pipe without a reader, or with one that stopped reading, holds nobody
 * up (security.md X4). Before a pipe is looked at, another one takes its place under the file's name: whoever waited at
 * the old one gets it alone, and what he opens next is the new one. Only those who open the file between two looks, at
 * the very same time, share a pipe, as with any pipe.
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
  const ready = path.join(directory, name === ".next" ? ".after" : ".next");
  try {
    machine.fs.mkdirSync(ready);
    // Not as its mode, from which the umask may take bits away.
    machine.fs.chmodSync(ready, 0o700);
    const server = new Server(machine, path.join(directory, name), ready, content);
    await server.start();
    return server;
  } catch {
    machine.fs.rmSync(ready, { recursive: true, force: true });
    return null;
  }
}

class Server implements FifoServer {
  readonly file: string;
  readonly #machine: Machine;
  /** Where every pipe has a name of its own; the file is a second name of one of them. */
  readonly #directory: string;
  readonly #content: Uint8Array;
  readonly #spares: string[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #descriptors = new Set<number>();
  #current = "";
  #made = 0;
  #isRefilling = false;

  constructor(machine: Machine, file: string, directory: string, content: Uint8Array) {
    this.file = file;
    this.#machine = machine;
    this.#directory = directory;
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
      path.join(this.#directory, String(this.#made + index)),
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
      // What is ready is used up; then nobody else gets the content.
    }
  }

  /**
   * Gives the file's name to another pipe.
   *
   * @returns the pipe that had it; `null` where there is no other
   * @throws Error of the system
   */
  #renew(): string | null {
    const { fs } = this.#machine;
    const next = this.#spares.pop();
    if (next === undefined) {
      return null;
    }
    const name = path.join(this.#directory, "link");
    fs.linkSync(next, name);
    fs.renameSync(name, this.file);
    const previous = this.#current;
    this.#current = next;
    return previous;
  }

  #watch(looks: number): void {
    let previous: string | null;
    try {
      this.#machine.fs.lstatSync(this.file);
      previous = this.#renew();
    } catch {
      return; // The command has removed the file: it is not offered any more.
    }
    const descriptor = previous === null ? null : this.#open(previous);
    if (descriptor !== null) {
      this.#descriptors.add(descriptor);
      this.#write(descriptor, 0, 0);
    } else if (previous !== null) {
      this.#spares.unshift(previous);
    }
    if (this.#spares.length <= SPARES / 2 && !this.#isRefilling) {
      void this.#refillQuietly();
    }
    const next = descriptor === null ? looks + 1 : 0;
    this.#later(next, () => {
      this.#watch(next);
    });
  }

  #later(looks: number, action: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        action();
      },
      looks < QUICK_LOOKS ? QUICK_MS : SLOW_MS,
    );
    this.#timers.add(timer);
  }

  /** A pipe that somebody waits at is given to him: it loses its own name. @returns `null` while nobody does */
  #open(pipe: string): number | null {
    const { fs } = this.#machine;
    const { O_WRONLY, O_NONBLOCK } = fs.constants;
    try {
      const descriptor = fs.openSync(pipe, O_WRONLY | O_NONBLOCK);
      fs.unlinkSync(pipe);
      return descriptor;
    } catch {
      return null; // ENXIO: no reader
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
        this.#later(next, () => {
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
