import { createKeyContext } from "../keys/key-context.js";
import { showAddress } from "../keys/service/address.js";
import { createKeyRequestHandler } from "../keys/service/key-requests.js";
import { parseListenAddress } from "../keys/service/listen-address.js";
import type { Runtime } from "../support/runtime.js";
import { createKeyPrompt } from "./key-prompt.js";
import type { KeyServerOptions, Notices } from "./options.js";
import { cannotListen, removeSocket, removeStaleSocket, socketPath } from "./server-socket.js";

const LOGGER = "KEYSERVICE";
/** Leaves a new socket to its owner (security.md N3). */
const OWNER_ONLY = 0o177;

/**
 * Lets clients use the keys of this machine until SIGINT or SIGTERM.
 *
 * @throws SopsError CANNOT_LISTEN, REMOTE_NOT_ALLOWED
 */
export async function serveKeys(
  options: KeyServerOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<void> {
  const { network, allowRemote } = options;
  const text = network === "unix" ? socketPath(options.address, runtime) : options.address;
  const address = parseListenAddress(network, text, allowRemote);
  const handler = createKeyRequestHandler({
    createContext: () =>
      createKeyContext(runtime, {
        warn: (message) => {
          notices.warn(message);
        },
        log: (logger, message) => {
          notices.log(logger, message);
        },
      }),
    allow: options.isPrompting ? createKeyPrompt(runtime) : () => Promise.resolve(),
    log: (message) => {
      notices.log(LOGGER, message);
    },
  });
  const { stopped, forgetStop } = listenForStop(runtime);
  try {
    const { startGrpcServer } = await import("../keys/service/grpc-server.js");
    await removeStaleSocket(address, runtime);
    const server = await startGrpcServer(address, handler, (listen) => {
      runtime.withUmask(OWNER_ONLY, listen);
    }).catch((error: unknown) => {
      throw cannotListen(address, error);
    });
    const forgetSocket = runtime.onExit(() => {
      removeSocket(address, runtime);
    });
    const bound = address.kind === "tcp" ? { ...address, port: server.port ?? 0 } : address;
    notices.log(LOGGER, `Listening on ${showAddress(bound)}`);
    await stopped;
    await server.close();
    forgetSocket();
  } finally {
    forgetStop();
  }
}

function listenForStop(runtime: Runtime): { stopped: Promise<void>; forgetStop: () => void } {
  const over = new AbortController();
  const forgetStop = runtime.onStop(() => {
    over.abort();
  });
  const stopped = new Promise<void>((settle) => {
    over.signal.addEventListener("abort", () => {
      settle();
    });
  });
  return { stopped, forgetStop };
}
