import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { connect } from "node:net";

import { systemErrorCode } from "../../support/system-error.js";
import { concatBytes } from "../../support/text.js";
import type { ServiceAddress } from "./address.js";
import {
  CONTENT_TYPE,
  decodeFrame,
  encodeFrame,
  encodeReason,
  GrpcError,
  MAX_MESSAGE,
  STATUS,
} from "./grpc.js";

const MAX_CONNECTIONS = 256;
const MAX_CALLS_PER_CONNECTION = 32;
/** For the whole of a request to arrive. */
const REQUEST_MS = 30_000;

export interface CallHandler {
  /**
   * @param message - wiped when the handler has returned
   * @param signal - aborted when the client has gone
   * @returns the message of the answer in pieces; they are wiped once they are copied
   * @throws GrpcError anything else becomes INTERNAL without a text
   */
  (path: string, message: Uint8Array, signal: AbortSignal): Promise<readonly Uint8Array[]>;
}

export interface GrpcServer {
  /** The port of a TCP address: the one given, or the one chosen for 0. */
  readonly port: number | null;
  /** Ends all calls; the file of a Unix socket is removed. */
  close(): Promise<void>;
}

/**
 * @param bind - runs the part that makes a Unix socket, so that its mode can be chosen
 * @throws Error of the system when it cannot listen
 */
export async function startGrpcServer(
  address: ServiceAddress,
  handler: CallHandler,
  bind: (listen: () => void) => void,
): Promise<GrpcServer> {
  const server = createServer({
    settings: { enablePush: false, maxConcurrentStreams: MAX_CALLS_PER_CONNECTION },
  });
  server.maxConnections = MAX_CONNECTIONS;
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    // A broken connection ends its own calls and nothing else.
    session.on("error", () => {
      session.destroy();
    });
  });
  server.on("stream", (stream, headers) => {
    void serve(stream, headers, handler);
  });
  await listen(server, address, bind);
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === "object" ? bound.port : null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        sessions.forEach((session) => {
          session.destroy();
        });
      }),
  };
}

function listen(
  server: Http2Server,
  address: ServiceAddress,
  bind: (listen: () => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      // Such as no file descriptor left for one more connection: the others go on.
      server.on("error", () => undefined);
      resolve();
    });
    bind(() => {
      if (address.kind === "unix") {
        server.listen({ path: address.path });
      } else {
        const { host, port, family } = address;
        const everywhere = family === 4 ? { host: "0.0.0.0" } : {};
        server.listen({ port, ipv6Only: family === 6, ...(host === "" ? everywhere : { host }) });
      }
    });
  });
}

async function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  handler: CallHandler,
): Promise<void> {
  const gone = new AbortController();
  stream.on("close", () => {
    gone.abort();
  });
  stream.on("error", () => {
    gone.abort();
  });
  if (!isCall(headers)) {
    stream.respond({ ":status": 415 }, { endStream: true });
    return;
  }
  try {
    const request = await receive(stream);
    try {
      const path = String(headers[":path"]);
      answer(stream, await handler(path, decodeFrame(request), gone.signal));
    } finally {
      request.fill(0);
    }
  } catch (error) {
    refuse(stream, error instanceof GrpcError ? error : new GrpcError("INTERNAL", ""));
  }
}

function isCall(headers: IncomingHttpHeaders): boolean {
  const type = headers["content-type"] ?? "";
  return headers[":method"] === "POST" && /^application\/grpc(?:$|[+;])/.test(type);
}

function receive(stream: ServerHttp2Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new GrpcError("DEADLINE_EXCEEDED", "the request did not arrive in time"));
    }, REQUEST_MS);
    stream.on("data", (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > MAX_MESSAGE) {
        reject(new GrpcError("RESOURCE_EXHAUSTED", "the request is too long"));
      } else {
        chunks.push(chunk);
      }
    });
    stream.on("end", () => {
      resolve(concatBytes(chunks));
      chunks.forEach((chunk) => chunk.fill(0));
    });
    stream.on("close", () => {
      clearTimeout(timer);
      reject(new GrpcError("UNAVAILABLE", "the client has gone"));
    });
  });
}

function answer(stream: ServerHttp2Stream, message: readonly Uint8Array[]): void {
  const frame = encodeFrame(message);
  message.forEach((part) => part.fill(0));
  if (stream.destroyed || stream.closed) {
    frame.fill(0);
    return;
  }
  stream.on("close", () => {
    frame.fill(0);
  });
  stream.respond({ ":status": 200, "content-type": CONTENT_TYPE }, { waitForTrailers: true });
  stream.on("wantTrailers", () => {
    stream.sendTrailers({ "grpc-status": String(STATUS.OK) });
  });
  stream.end(frame);
}

function refuse(stream: ServerHttp2Stream, error: GrpcError): void {
  if (stream.destroyed || stream.closed || stream.headersSent) {
    return;
  }
  stream.respond(
    {
      ":status": 200,
      "content-type": CONTENT_TYPE,
      "grpc-status": String(error.status),
      "grpc-message": encodeReason(error.message),
    },
    { endStream: true },
  );
  // What may still come of the request is not read.
  stream.close();
}

/** Whether a server answers at a Unix socket; `false` for one that a dead server left behind. */
export function isSocketAlive(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", (error) => {
      if (systemErrorCode(error) === "ECONNREFUSED") {
        resolve(false);
      } else {
        reject(error);
      }
    });
  });
}
