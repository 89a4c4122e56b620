import { messageOf } from "../../support/errors.js";
import { decodeText, encodeText } from "../../support/text.js";
import { isUnusable, type KeyContext } from "../key-type.js";
import type { MasterKey } from "../master-key.js";
import { GrpcError, statusName } from "./grpc.js";
import type { CallHandler } from "./grpc-server.js";
import { createLocalKeyService } from "./local.js";
import {
  DECRYPT_PATH,
  decodeRequest,
  ENCRYPT_PATH,
  encodeResponse,
  type ServiceRequest,
} from "./messages.js";
import { WireError } from "./protobuf.js";

/** What a client wants of a key of this machine. */
export interface KeyRequest {
  readonly action: "Encrypt" | "Decrypt";
  /** As the client describes it: not yet safe to show (security.md M3). */
  readonly key: MasterKey;
  /** Aborted when the client no longer waits. */
  readonly signal: AbortSignal;
}

export interface KeyRequestOptions {
  /** A context for one request: nothing of a key is kept from one to the next. */
  createContext(): KeyContext;
  /** Asked before the key is touched. @throws GrpcError when the request is refused */
  allow(request: KeyRequest): Promise<void>;
  /** A line for `--verbose`. */
  log(message: string): void;
}

/** Answers the calls of clients with the keys of this process (spec: keys.md §4). */
export function createKeyRequestHandler(options: KeyRequestOptions): CallHandler {
  return async (path, message, signal) => {
    const action = actionOf(path);
    const { key, payload } = decode(message);
    if (key === null) {
      throw new GrpcError("NOT_FOUND", "the request names no key of a known kind");
    }
    const subject = `${action} with ${key.type} key ${key.display}`;
    try {
      await options.allow({ action, key, signal });
      signal.throwIfAborted();
      const answer = await perform(action, key, payload, options.createContext());
      options.log(`${subject}: done`);
      return encodeResponse(answer);
    } catch (error) {
      const refusal = toGrpcError(error);
      options.log(`${subject}: ${statusName(refusal.status)}`);
      throw refusal;
    }
  };
}

function actionOf(path: string): KeyRequest["action"] {
  switch (path) {
    case ENCRYPT_PATH:
      return "Encrypt";
    case DECRYPT_PATH:
      return "Decrypt";
    default:
      throw new GrpcError("UNIMPLEMENTED", "there is no such method");
  }
}

function decode(message: Uint8Array): ServiceRequest {
  try {
    return decodeRequest(message);
  } catch (error) {
    throw error instanceof WireError ? new GrpcError("INTERNAL", error.message) : error;
  }
}

async function perform(
  action: KeyRequest["action"],
  key: MasterKey,
  payload: Uint8Array,
  context: KeyContext,
): Promise<Uint8Array> {
  const service = createLocalKeyService(context);
  if (action === "Encrypt") {
    return encodeText(await service.wrap(key, payload));
  }
  const result = await service.unwrap({ ...key, enc: decodeText(payload) });
  if (isUnusable(result)) {
    throw new GrpcError("UNKNOWN", result.reason);
  }
  return result;
}

/** What a key says that does not work is what the user of the client has to read. */
function toGrpcError(error: unknown): GrpcError {
  return error instanceof GrpcError ? error : new GrpcError("UNKNOWN", messageOf(error));
}
