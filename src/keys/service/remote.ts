import { messageOf } from "../../support/errors.js";
import { decodeUtf8, encodeText } from "../../support/text.js";
import type { KeyContext } from "../key-type.js";
import type { MasterKey } from "../master-key.js";
import { isPathTooLong, parseServiceUri, type ServiceAddress } from "./address.js";
import type { GrpcClient, TimeLimits } from "./grpc-client.js";
import { GrpcError, STATUS, statusName } from "./grpc.js";
import type { KeyService } from "./key-service.js";
import { DECRYPT_PATH, decodeResponse, ENCRYPT_PATH, encodeRequest } from "./messages.js";

type Context = Pick<KeyContext, "log"> & {
  readonly machine: Pick<KeyContext["machine"], "platform">;
};

/** spec: security.md N2 */
const LIMITS: TimeLimits = { connectMs: 10_000, totalMs: 30_000 };

/**
 * The service behind `tcp://host:port` or `unix:///path`; nothing is connected before the first key.
 *
 * @returns `null` when the URI is neither
 */
export function createRemoteKeyService(
  uri: string,
  context: Context,
  limits: TimeLimits = LIMITS,
): KeyService | null {
  const address = parseServiceUri(uri);
  return address === null ? null : createService(uri, address, context, limits);
}

function createService(
  uri: string,
  address: ServiceAddress,
  context: Context,
  limits: TimeLimits,
): KeyService {
  let client: Promise<GrpcClient> | null = null;

  function open(): Promise<GrpcClient> {
    if (address.kind === "unix" && isPathTooLong(address.path, context.machine.platform)) {
      throw new GrpcError("UNAVAILABLE", "the path of the socket is too long for this system");
    }
    if (client === null) {
      context.log("KEYSERVICE", `Connecting to key service ${uri}`);
      client = loadClient(address, limits);
    }
    return client;
  }

  /** @returns bytes that the caller wipes */
  async function ask(path: string, key: MasterKey, payload: Uint8Array): Promise<Uint8Array> {
    try {
      const opened = await open();
      const message = await opened.call(path, encodeRequest(key, payload));
      // A copy also where the view is a Buffer, whose `slice` is none.
      const answer = new Uint8Array(decodeResponse(message));
      message.fill(0);
      return answer;
    } catch (error) {
      throw new Error(describe(error), { cause: error });
    }
  }

  return {
    name: uri,

    async wrap(key, dataKey) {
      const enc = decodeUtf8(await ask(ENCRYPT_PATH, key, dataKey));
      if (enc === null || enc === "") {
        throw new Error("the service answered without a wrapped key");
      }
      return enc;
    },

    unwrap: (key) => ask(DECRYPT_PATH, key, encodeText(key.enc)),

    close() {
      void closeClient(client);
    },
  };
}

async function loadClient(address: ServiceAddress, limits: TimeLimits): Promise<GrpcClient> {
  const { createGrpcClient } = await import("./grpc-client.js");
  return createGrpcClient(address, limits);
}

async function closeClient(client: Promise<GrpcClient> | null): Promise<void> {
  (await client)?.close();
}

/** `UNKNOWN` is what a key that does not work looks like, so the text of the service is enough. */
function describe(error: unknown): string {
  if (!(error instanceof GrpcError)) {
    return messageOf(error);
  }
  const { status, message } = error;
  if (message === "") {
    return statusName(status);
  }
  return status === STATUS.UNKNOWN ? message : `${statusName(status)}: ${message}`;
}
