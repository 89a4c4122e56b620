import type { InputStream } from "../../src/support/runtime.js";

/** Lines of standard input that come when the test says so; waiting for one can be taken back. */
export function typedLines(): { stdin: InputStream; type: (line: string) => void } {
  const lines: string[] = [];
  let wake = (): void => undefined;
  const stdin: InputStream = {
    isTTY: true,
    readAll: () => Promise.resolve(new Uint8Array()),
    readLine: (signal) =>
      new Promise((resolve) => {
        const look = (): void => {
          const line = signal?.aborted === true ? null : lines.shift();
          if (line !== undefined) resolve(line);
        };
        wake = look;
        signal?.addEventListener("abort", look);
        look();
      }),
  };
  return {
    stdin,
    type: (line: string): void => {
      lines.push(line);
      wake();
    },
  };
}
