/** The terminal of the process, which standard input and output may have nothing to do with. */
import * as fs from "node:fs";
import { ReadStream, WriteStream } from "node:tty";

import { onExit } from "./node-signals.js";
import type { TerminalSession } from "./runtime.js";

/** How long the process may take to die of a signal that it has sent itself. */
const LAST_GASP_MS = 2000;

/** {@link Runtime.openTerminal} */
export function openTerminal(): TerminalSession | null {
  const isWindows = process.platform === "win32";
  const input = openDevice(isWindows ? "\\\\.\\CONIN$" : "/dev/tty", (descriptor) =>
    new ReadStream(descriptor).setRawMode(true),
  );
  const output = openDevice(
    isWindows ? "\\\\.\\CONOUT$" : "/dev/tty",
    (descriptor) => new WriteStream(descriptor),
  );
  if (input !== null && output !== null) {
    return sessionOf(input, output);
  }
  input?.setRawMode(false).destroy();
  output?.destroy();
  return null;
}

/** The stream takes the descriptor over. */
function openDevice<Stream>(name: string, streamOf: (descriptor: number) => Stream): Stream | null {
  try {
    return streamOf(fs.openSync(name, "r+"));
  } catch {
    return null;
  }
}

function sessionOf(input: ReadStream, output: WriteStream): TerminalSession {
  const forget = onExit(close);
  let isOpen = true;
  // When the terminal is gone, reading says so.
  output.on("error", () => undefined);

  function close(): void {
    if (isOpen) {
      isOpen = false;
      forget();
      input.setRawMode(false);
      input.destroy();
      output.destroy();
    }
  }

  return {
    columns: output.columns,
    write(text) {
      if (isOpen) {
        output.write(text);
      }
    },
    readKeys: () => nextChunk(input),
    async interrupt() {
      close();
      // To the whole group, as the terminal does it where it is not asked for single keys.
      process.kill(process.platform === "win32" ? process.pid : 0, "SIGINT");
      await new Promise((resolve) => setTimeout(resolve, LAST_GASP_MS));
    },
    close,
  };
}

function nextChunk(stream: ReadStream): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const finish = (keys: Uint8Array | null): void => {
      stream.pause();
      stream.removeAllListeners("data").removeAllListeners("end").removeAllListeners("error");
      resolve(keys);
    };
    stream.once("data", (keys: Uint8Array) => {
      finish(keys);
    });
    stream.once("end", () => {
      finish(null);
    });
    stream.once("error", () => {
      finish(null);
    });
    stream.resume();
  });
}
