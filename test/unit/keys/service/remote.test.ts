/** The client against servers that misbehave; that it gets on with good ones is judged with the servers. */
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { afterEach, describe, expect, test } from "vitest";

import { keyTypeOf } from "../../../../src/keys/registry.js";
import { encodeFrame } from "../../../../src/keys/service/grpc.js";
import type { KeyService } from "../../../../src/keys/service/key-service.js";
import { createKeyServices } from "../../../../src/keys/service/key-services.js";
import { createRemoteKeyService } from "../../../../src/keys/service/remote.js";
import { createKeyContext } from "../../../../src/keys/key-context.js";
import { createTestRuntime } from "../../../support/runtime.js";

const key = { ...keyTypeOf("age").fromMetadata(new Map([["recipient", "age1abc"]])), enc: "text" };
const DATA = new Uint8Array(Buffer.from("data"));
const ANSWER = encodeFrame([Buffer.from("\n\u0004data")]);

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** A server that treats every call the same way. */
async function serve(handle: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createHttp2Server();
  server.on("session", (session) => {
    cleanUps.push(() => {
      session.destroy();
    });
  });
  server.on("stream", (stream) => {
    stream.on("error", () => undefined);
    stream.resume();
    handle(stream);
  });
  cleanUps.push(() => server.close());
  return listen(server);
}

async function serveRaw(handle: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    cleanUps.push(() => {
      socket.destroy();
    });
    handle(socket);
  });
  cleanUps.push(() => server.close());
  return listen(server);
}

function client(uri: string, totalMs = 5000): { service: KeyService; lines: string[] } {
  const lines: string[] = [];
  const log = (tag: string, message: string) => lines.push(`${tag} ${message}`);
  const service = createRemoteKeyService(
    uri,
    { log, machine: createTestRuntime() },
    { connectMs: 300, totalMs },
  );
  if (service === null) throw new Error("no service");
  cleanUps.push(() => {
    service.close();
  });
  return { service, lines };
}

async function failureOf(action: Promise<unknown>): Promise<string> {
  try {
    return `no failure: ${String(await action)}`;
  } catch (error) {
    return error instanceof Error ? error.message : "no error";
  }
}

const OK = { ":status": 200, "content-type": "application/grpc" };

function respond(stream: ServerHttp2Stream, frame: Uint8Array, trailers = { "grpc-status": "0" }) {
  stream.respond(OK, { waitForTrailers: true });
  stream.on("wantTrailers", () => {
    stream.sendTrailers(trailers);
  });
  stream.end(frame);
}

test("an answer, over one connection that is made when it is needed", async () => {
  const uri = await serve((stream) => {
    respond(stream, ANSWER);
  });
  const { service, lines } = client(uri);
  expect(lines).toEqual([]);
  const results = await Promise.all([service.unwrap(key), service.unwrap(key)]);
  expect(results).toEqual([DATA, DATA]);
  expect(await service.wrap(key, Uint8Array.of(1))).toBe("data");
  expect(lines).toEqual([`KEYSERVICE Connecting to key service ${uri}`]);
});

describe("answers that are none", () => {
  test.each<[string, (stream: ServerHttp2Stream) => void, RegExp]>([
    [
      "an error, with a reason to be shown",
      (stream) => {
        const headers = { ...OK, "grpc-status": "2", "grpc-message": "no %C3%A4ge key" };
        stream.respond(headers, { endStream: true });
      },
      /^no äge key$/,
    ],
    [
      "an error after a message",
      (stream) => {
        respond(stream, ANSWER, { "grpc-status": "7" });
      },
      /^PERMISSION_DENIED$/,
    ],
    [
      "a status that is no number",
      (stream) => {
        respond(stream, ANSWER, { "grpc-status": "0x" });
      },
      /^status -1$/,
    ],
    [
      "no status",
      (stream) => {
        stream.respond(OK);
        stream.end(ANSWER);
      },
      /^INTERNAL: the answer is cut short$/,
    ],
    [
      "another protocol",
      (stream) => {
        stream.respond({ ":status": 404 });
        stream.end("<html>");
      },
      /^UNAVAILABLE: the server does not speak gRPC$/,
    ],
    [
      "a closed stream",
      (stream) => {
        stream.close();
      },
      /^UNAVAILABLE: the connection was closed without an answer$/,
    ],
    [
      "a closed connection",
      (stream) => {
        stream.session?.destroy();
      },
      /^UNAVAILABLE: /,
    ],
    [
      "two messages",
      (stream) => {
        respond(stream, Buffer.concat([ANSWER, ANSWER]));
      },
      /^INTERNAL: the call does not have exactly one message$/,
    ],
    [
      "a damaged message",
      (stream) => {
        respond(stream, encodeFrame([Uint8Array.of(0x0a, 9)]));
      },
      /^the message is cut short$/,
    ],
    [
      "more than can be a data key",
      (stream) => {
        respond(stream, encodeFrame([new Uint8Array(1_000_000)]));
      },
      /^RESOURCE_EXHAUSTED: the answer is too long$/,
    ],
  ])("%s", async (_, handle, expected) => {
    const { service } = client(await serve(handle));
    expect(await failureOf(service.unwrap(key))).toMatch(expected);
  });

  test("an endless one is cut off, not collected", async () => {
    let sent = 0;
    const uri = await serve((stream) => {
      stream.respond(OK);
      const more = (): void => {
        while (!stream.destroyed && stream.write(Buffer.alloc(16_384))) sent += 16_384;
      };
      stream.on("drain", more);
      more();
    });
    expect(await failureOf(client(uri).service.unwrap(key))).toContain("too long");
    expect(sent).toBeLessThan(5_000_000);
  });

  test.each<[string, Uint8Array]>([
    ["an empty one", encodeFrame([])],
    ["one that is no text", encodeFrame([Uint8Array.of(0x0a, 1, 0xff)])],
  ])("wrapping takes %s for none", async (_, frame) => {
    const uri = await serve((stream) => {
      respond(stream, frame);
    });
    const failure = await failureOf(client(uri).service.wrap(key, Uint8Array.of(1)));
    expect(failure).toBe("the service answered without a wrapped key");
  });

  test.each<[string, (socket: Socket) => void]>([
    [
      "that hangs up",
      (socket) => {
        socket.destroy();
      },
    ],
    ["that speaks HTTP/1", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["that sends noise", (socket) => socket.end(Buffer.alloc(1000, 0x5a))],
  ])("a server %s", async (_, handle) => {
    const { service } = client(await serveRaw(handle));
    expect(await failureOf(service.unwrap(key))).toMatch(/^UNAVAILABLE: /);
  });
});

describe("limits of time (security.md N2)", () => {
  test.each<[string, () => Promise<string>]>([
    ["a call without an answer", () => serve(() => undefined)],
    [
      "an answer that does not end",
      () =>
        serve((stream) => {
          stream.respond(OK);
          stream.write(ANSWER);
        }),
    ],
    ["a server that says nothing", () => serveRaw(() => undefined)],
  ])("%s", async (_, start) => {
    const { service } = client(await start(), 200);
    const begin = Date.now();
    expect(await failureOf(service.unwrap(key))).toBe("DEADLINE_EXCEEDED: no answer within 0.2 s");
    expect(Date.now() - begin).toBeLessThan(3000);
  });

  test("a machine that is not there", async () => {
    const begin = Date.now();
    // A network for documentation: nothing answers, or the system knows no way to it.
    const failure = await failureOf(client("tcp://192.0.2.1:9").service.unwrap(key));
    expect(failure).toMatch(
      /^UNAVAILABLE: (no connection within 0\.3 s|cannot connect: E[A-Z]+|the connection was closed|connection lost.*)$/,
    );
    expect(Date.now() - begin).toBeLessThan(3000);
  });
});

test("nobody there: an error at once, and no second try in a run", async () => {
  const server = createServer();
  const uri = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const { service } = client(uri);
  expect(await failureOf(service.unwrap(key))).toBe("UNAVAILABLE: cannot connect: ECONNREFUSED");
  const again = createHttp2Server();
  await new Promise<void>((resolve) =>
    again.listen(Number(uri.split(":")[2]), "127.0.0.1", resolve),
  );
  cleanUps.push(() => again.close());
  expect(await failureOf(service.unwrap(key))).toBe("UNAVAILABLE: cannot connect: ECONNREFUSED");
  const missing = client("unix:///nonexistent/socket").service;
  expect(await failureOf(missing.unwrap(key))).toBe("UNAVAILABLE: cannot connect: ENOENT");
  const long = client(`unix:///tmp/${"x".repeat(200)}`).service;
  expect(await failureOf(long.unwrap(key))).toContain("too long");
});

test("a connection that was lost is made again", async () => {
  let calls = 0;
  const uri = await serve((stream) => {
    calls += 1;
    const { session } = stream;
    stream.on("close", () => session?.destroy());
    respond(stream, ANSWER);
  });
  const { service } = client(uri);
  for (let round = 0; round < 3; round += 1) {
    expect(await service.unwrap(key)).toEqual(DATA);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(calls).toBe(3);
});

test("closing ends what is under way", async () => {
  const { service } = client(await serve(() => undefined), 20_000);
  const failure = failureOf(service.unwrap(key));
  await new Promise((resolve) => setTimeout(resolve, 200));
  service.close();
  expect(await failure).toMatch(/^UNAVAILABLE: /);
});

test("a URI that cannot be understood is skipped with a warning, the others stay in order", () => {
  const warnings: string[] = [];
  const context = createKeyContext(createTestRuntime(), {
    log: () => undefined,
    warn: (message) => warnings.push(message),
  });
  const remotes = ["tcp://b:1", "no\u001b[2J", "", "unix:///a"];
  const services = createKeyServices(context, { isLocalEnabled: true, remotes });
  expect(services.map(({ name }) => name)).toEqual(["local", "tcp://b:1", "unix:///a"]);
  expect(warnings).toHaveLength(2);
  expect(warnings.join("\n")).toContain("is skipped: it is neither");
  expect(warnings.join("")).not.toContain("\u001b");
});
