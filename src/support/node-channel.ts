/** Conversations with programs and servers of this machine, in bytes both ways. */
import { spawn } from "node:child_process";
import { createConnection } from "node:net";
import type { Readable, Writable } from "node:stream";

import { onExit } from "./node-signals.js";
import type { Channel, StartRequest } from "./runtime.js";
import { describeSystemError } from "./system-error.js";
import { showText } from "./text.js";

/** How long a program may take to end after the conversation: it may have a device to leave in order. */
const FAREWELL_MS = 2000;

/** {@link Runtime.start} @param program - absolute path */
export function startProgram(program: string, request: StartRequest): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, request.args, {
      env: { ...request.env },
      cwd: request.cwd,
      stdio: ["pipe", "pipe", request.isStderrShown ? "inherit" : "ignore"],
      windowsHide: true,
    });
    const kill = (): void => {
      child.kill();
    };
    const forget = onExit(kill);
    let deadline: NodeJS.Timeout | undefined;
    child.on("close", () => {
      clearTimeout(deadline);
      forget();
    });
    child.on("error", (error) => {
      forget();
      reject(new Error(`${showText(request.command)}: ${describeSystemError(error)}`));
    });
    child.on("spawn", () => {
      resolve(
        channelOf(child.stdout, child.stdin, () => {
          deadline = setTimeout(kill, FAREWELL_MS);
        }),
      );
    });
  });
}

/** {@link Runtime.connect} */
export function connectToSocket(socketPath: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    socket.on("error", (error) => {
      reject(new Error(describeSystemError(error)));
    });
    socket.on("connect", () => {
      resolve(channelOf(socket, socket, () => socket.destroy()));
    });
  });
}

function channelOf(input: Readable, output: Writable, end: () => void): Channel {
  // The other side may go at any time; what reads notices it.
  output.on("error", () => undefined);
  input.on("error", () => undefined);
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return {
    async read() {
      try {
        const next = await chunks.next();
        return next.done === true ? null : next.value;
      } catch {
        return null;
      }
    },
    write(data) {
      output.write(data);
    },
    close() {
      output.end();
      end();
    },
  };
}
