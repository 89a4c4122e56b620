import { keyTypeOf } from "../keys/registry.js";
import { GrpcError } from "../keys/service/grpc.js";
import type { KeyRequest } from "../keys/service/key-requests.js";
import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";

/** Asks at the terminal of the server, one question at a time, and not for clients that have gone. */
export function createKeyPrompt(runtime: Runtime): (request: KeyRequest) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (request) => {
    const turn = last.then(() => ask(request, runtime));
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** spec: keys.md §4, a refusal is PERMISSION_DENIED, no answer is UNKNOWN */
async function ask(request: KeyRequest, { stdin, stdout }: Runtime): Promise<void> {
  const { action, key, signal } = request;
  const name = `${keyTypeOf(key.type).title} key ${showText(key.display)}`;
  for (;;) {
    if (!signal.aborted) {
      stdout.write(`${action} with ${name}? (y/n)\n`);
    }
    const answer = (await stdin.readLine(signal))?.trim() ?? "";
    if (signal.aborted) {
      throw new GrpcError("UNAVAILABLE", "the client has gone");
    }
    if (answer === "y") {
      return;
    }
    if (answer === "n") {
      throw new GrpcError("PERMISSION_DENIED", "the request was refused");
    }
    if (answer === "") {
      throw new GrpcError("UNKNOWN", "the question at the server was not answered");
    }
  }
}
