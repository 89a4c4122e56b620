import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from "node:http2";

import { describeSystemError } from "../../support/system-error.js";
import { concatBytes } from "../../support/text.js";
import { hostAndPort, type ServiceAddress } from "./address.js";
import {
  CONTENT_TYPE,
  decodeFrame,
  decodeReason,
  encodeFrame,
  GrpcError,
  MAX_MESSAGE,
} from "./grpc.js";

/** spec: security.md N2 */
export interface TimeLimits {
  readonly connectMs: number;
  /** Of a whole call, connecting included. */
  readonly totalMs: number;
}

export interface GrpcClient {
  /**
   * @param message - in pieces
   * @returns the message of the answer, which the caller wipes
   * @throws GrpcError the status of the answer, or why there is none
   */
  call(path: string, message: readonly Uint8Array[]): Promise<Uint8Array>;
  /** Ends the calls that are under way, too. */
  close(): void;
}

/** Connects at the first call, and again when a connection was lost, but never after one could not be made. */
export function createGrpcClient(address: ServiceAddress, limits: TimeLimits): GrpcClient {
  let connection: Connection | null = null;

  function current(): Connection {
    if (connection === null || connection.isLost()) {
      connection = openConnection(address, limits.connectMs);
    }
    return connection;
  }

  return {
    async call(path, message) {
      const start = performance.now();
      const frame = encodeFrame(message);
      try {
        const session = await current().ready;
        const remaining = limits.totalMs - (performance.now() - start);
        return await exchange(startCall(session, address, path, remaining), frame, {
          remaining,
          total: limits.totalMs,
        });
      } finally {
        frame.fill(0);
      }
    },

    close() {
      connection?.destroy();
    },
  };
}

interface Connection {
  /** @throws GrpcError when it cannot be made */
  readonly ready: Promise<ClientHttp2Session>;
  /** It was there, and takes no more calls. */
  isLost(): boolean;
  destroy(): void;
}

function openConnection(address: ServiceAddress, limitMs: number): Connection {
  const session = connect("http://localhost", {
    ...(address.kind === "unix"
      ? { path: address.path }
      : { host: address.host, port: address.port, family: address.family ?? 0 }),
    settings: { enablePush: false },
  });
  let state: "opening" | "open" | "lost" = "opening";
  const ready = new Promise<ClientHttp2Session>((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      session.destroy();
      reject(new GrpcError("UNAVAILABLE", reason));
    };
    const timer = setTimeout(() => {
      fail(`no connection within ${seconds(limitMs)}`);
    }, limitMs);
    session.once("connect", () => {
      clearTimeout(timer);
      state = "open";
      resolve(session);
    });
    // Also of an open connection: what its loss means for a call, the call tells.
    session.on("error", (error) => {
      fail(`cannot connect: ${describeSystemError(error)}`);
    });
    const lose = (): void => {
      state = state === "opening" ? "opening" : "lost";
      fail("the connection was closed");
    };
    session.on("goaway", lose);
    session.on("close", lose);
  });
  return {
    ready,
    isLost: () => state === "lost",
    destroy: () => {
      session.destroy();
    },
  };
}

function seconds(milliseconds: number): string {
  return `${String(milliseconds / 1000)} s`;
}

/** @throws GrpcError when the connection has just been lost */
function startCall(
  session: ClientHttp2Session,
  address: ServiceAddress,
  path: string,
  remainingMs: number,
): ClientHttp2Stream {
  try {
    return session.request({
      ":method": "POST",
      ":path": path,
      ":authority": address.kind === "unix" ? "localhost" : hostAndPort(address),
      "content-type": CONTENT_TYPE,
      te: "trailers",
      "grpc-timeout": `${String(Math.max(1, Math.ceil(remainingMs)))}m`,
      "user-agent": "leafseal",
    });
  } catch (cause) {
    throw new GrpcError("UNAVAILABLE", `connection lost: ${describeSystemError(cause)}`);
  }
}

/** Reads the answer of one call. The limits are checked while it comes, so no more than they allow is ever held. */
function exchange(
  stream: ClientHttp2Stream,
  frame: Uint8Array,
  time: { readonly remaining: number; readonly total: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let size = 0;
  let failure: GrpcError | null = null;
  const giveUp = (error: GrpcError): void => {
    failure ??= error;
    stream.close(8); // CANCEL
  };
  const timer = setTimeout(() => {
    giveUp(new GrpcError("DEADLINE_EXCEEDED", `no answer within ${seconds(time.total)}`));
  }, time.remaining);
  stream.on("response", (received) => headers.push(received));
  stream.on("trailers", (received: IncomingHttpHeaders) => headers.push(received));
  stream.on("data", (chunk: Uint8Array) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > MAX_MESSAGE) {
      giveUp(new GrpcError("RESOURCE_EXHAUSTED", "the answer is too long"));
    }
  });
  stream.on("error", (error) => {
    failure ??= new GrpcError("UNAVAILABLE", `connection lost: ${describeSystemError(error)}`);
  });
  stream.end(frame);
  return new Promise((resolve, reject) => {
    stream.on("close", () => {
      clearTimeout(timer);
      try {
        const error = failure ?? failureIn(headers);
        if (error !== null) {
          throw error;
        }
        const answer = concatBytes(chunks);
        resolve(decodeFrame(answer));
      } catch (error) {
        reject(error instanceof Error ? error : new GrpcError("INTERNAL", "unexpected failure"));
      } finally {
        chunks.forEach((chunk) => chunk.fill(0));
      }
    });
  });
}

/** The status stands in the trailers, or in the headers of an answer without a message. */
function failureIn(received: readonly IncomingHttpHeaders[]): GrpcError | null {
  const [first] = received;
  if (first === undefined) {
    return new GrpcError("UNAVAILABLE", "the connection was closed without an answer");
  }
  const status = received.findLast((headers) => "grpc-status" in headers);
  if (status === undefined) {
    return Number(first[":status"]) === 200
      ? new GrpcError("INTERNAL", "the answer is cut short")
      : new GrpcError("UNAVAILABLE", "the server does not speak gRPC");
  }
  const code = /^\d{1,3}$/.test(String(status["grpc-status"])) ? Number(status["grpc-status"]) : -1;
  const reason = status["grpc-message"];
  return code === 0
    ? null
    : new GrpcError(code, typeof reason === "string" ? decodeReason(reason) : "");
}
