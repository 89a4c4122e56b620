import { createServer, request as plainRequest } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import * as fs from "node:fs";

import { afterEach, describe, expect, test } from "vitest";

import type { HttpRequest } from "../../../src/support/http.js";
import { sendHttp } from "../../../src/support/node-http.js";
import { proxyFor } from "../../../src/support/node-proxy.js";
import { decodeText, encodeText } from "../../../src/support/text.js";
import { makeCertificates } from "../../support/certificates.js";
import { temporaryDirectories } from "../../support/directory.js";
import { startRecorder, type Answer, type SeenRequest } from "../../support/servers.js";
import { isMissing } from "../../support/tools.js";

const makeDirectory = temporaryDirectories();
const running: { stop(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

type Recorder = Awaited<ReturnType<typeof startRecorder>>;

async function serve(
  answer: (request: SeenRequest) => Answer,
  tls?: Parameters<typeof startRecorder>[1],
): Promise<Recorder> {
  const server = await startRecorder(answer, tls);
  running.push(server);
  return server;
}

function send(
  url: string,
  options: Partial<HttpRequest> = {},
  env: Record<string, string> = {},
): Promise<string> {
  return sendHttp({ method: "GET", url, ...options }, { env, fs }).then(
    ({ status, body }) => `${String(status)} ${decodeText(body)}`,
    (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
  );
}

describe("one exchange", () => {
  test("method, headers and body arrive, status, headers and body come back", async () => {
    const server = await serve(({ body }) => ({
      status: 201,
      body: `got ${body}`,
      headers: { "X-Answer": "a" },
    }));
    const answer = await sendHttp(
      {
        method: "PUT",
        url: `${server.url}/a/b?c=d`,
        headers: { "x-own": "1" },
        body: encodeText("ä"),
      },
      { env: {}, fs },
    );
    expect([answer.status, answer.headers.get("x-answer"), decodeText(answer.body)]).toEqual([
      201,
      "a",
      "got ä",
    ]);
    expect(server.seen).toMatchObject([
      { method: "PUT", path: "/a/b?c=d", headers: { "x-own": "1", "content-length": "2" } },
    ]);
  });

  test("a redirect is an answer, not an order", async () => {
    const server = await serve(() => ({ status: 307, headers: { location: "http://evil.test/" } }));
    expect(await send(server.url)).toBe("307 ");
    expect(server.seen).toHaveLength(1);
  });

  test.each([
    ["longer than allowed", "x".repeat(100), { maxBytes: 99 }, "longer than 99 bytes"],
    ["as long as allowed", "x".repeat(100), { maxBytes: 100 }, `200 ${"x".repeat(100)}`],
  ])("an answer %s", async (_, body, options, expected) => {
    const server = await serve(() => ({ status: 200, body }));
    expect(await send(server.url, options)).toContain(expected);
  });

  test("a server that does not answer", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const start = Date.now();
    expect(await send(`http://127.0.0.1:${String(port)}`, { timeoutMs: 100 })).toBe(
      `HttpFailure: 127.0.0.1:${String(port)}: no answer in time`,
    );
    expect(Date.now() - start).toBeLessThan(5000);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  test.each(["http://127.0.0.1:1", "ftp://h", "nonsense"])("%s fails", async (url) => {
    expect(await send(url)).toMatch(/^HttpFailure: /);
  });
});

describe.skipIf(isMissing("openssl"))("TLS", () => {
  test("is checked, by the machine's authorities or those that are given", async () => {
    const tls = makeCertificates(makeDirectory());
    const server = await serve(() => ({ status: 200, body: "ok" }), tls);
    const own = [fs.readFileSync(tls.authority, "utf8")];
    const elsewhere = server.url.replace("127.0.0.1", "localhost");
    expect(await send(server.url)).toMatch(/^HttpFailure: .*(self-signed|unable to)/);
    expect(await send(server.url, { trust: { authorities: own } })).toBe("200 ok");
    expect(await send(elsewhere, { trust: { authorities: own } })).toBe("200 ok");
    expect(
      await send(server.url, { trust: { authorities: own, serverName: "other.test" } }),
    ).toMatch(/^HttpFailure/);
    expect(await send(server.url, { trust: { isUnchecked: true } })).toBe("200 ok");
    expect(await send(server.url, {}, { SSL_CERT_FILE: tls.authority })).toBe("200 ok");
    const directory = makeDirectory();
    fs.mkdirSync(`${directory}/sub`);
    fs.writeFileSync(`${directory}/README`, "no certificate");
    fs.cpSync(tls.authority, `${directory}/ca.pem`);
    expect(await send(server.url, {}, { SSL_CERT_DIR: directory })).toBe("200 ok");
  });
});

/** Knows no host but this machine: whatever a tunnel asks for leads to `port`. */
async function startProxy(port: number): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(
      `${request.method ?? ""} ${request.url ?? ""} ${request.headers["proxy-authorization"] ?? ""}`,
    );
    const { pathname } = new URL(request.url ?? "");
    plainRequest({ port, path: pathname }, (answer) => {
      response.writeHead(answer.statusCode ?? 0);
      answer.pipe(response);
    }).end();
  });
  proxy.on("connect", (request, client: Socket) => {
    asked.push(`CONNECT ${request.url ?? ""} ${request.headers["proxy-authorization"] ?? ""}`);
    if (request.url?.startsWith("refused") === true) {
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n", () => client.destroy());
      return;
    }
    const server = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    server.on("error", () => undefined).on("close", () => client.destroy());
    client.on("error", () => undefined).on("close", () => server.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  running.push({
    stop: () =>
      new Promise((resolve) => {
        proxy.closeAllConnections();
        proxy.close(resolve);
      }),
  });
  const { port: own } = proxy.address() as AddressInfo;
  return { url: `http://user:p%40ss@127.0.0.1:${String(own)}`, asked };
}

const LOGIN = `Basic ${Buffer.from("user:p@ss").toString("base64")}`;

describe("proxies (keys.md §12)", () => {
  test.skipIf(isMissing("openssl"))("https goes through a tunnel, and is checked", async () => {
    const tls = makeCertificates(makeDirectory(), "DNS:far.test");
    const server = await serve(() => ({ status: 200, body: "far" }), tls);
    const { url, asked } = await startProxy(Number(new URL(server.url).port));
    const env = { HTTPS_PROXY: url, SSL_CERT_FILE: tls.authority };
    expect(await send("https://far.test/x", {}, env)).toBe("200 far");
    expect(await send("https://far.test:8443/x", {}, env)).toBe("200 far");
    expect(await send("https://near.test/x", {}, env)).toMatch(/^HttpFailure: near.test: /);
    expect(await send("https://refused.test/x", {}, env)).toBe(
      "HttpFailure: refused.test: the proxy answered 403",
    );
    expect(asked).toEqual(
      ["far.test:443", "far.test:8443", "near.test:443", "refused.test:443"].map(
        (host) => `CONNECT ${host} ${LOGIN}`,
      ),
    );
  });

  test("http is asked of the proxy by its whole address", async () => {
    const server = await serve(({ path }) => ({ status: 200, body: path }));
    const { url, asked } = await startProxy(Number(new URL(server.url).port));
    expect(await send("http://far.test/x", {}, { http_proxy: url })).toBe("200 /x");
    expect(asked).toEqual([`GET http://far.test/x ${LOGIN}`]);
  });

  test.each<[string, Record<string, string>, string | null]>([
    ["https://a.test", { HTTPS_PROXY: "http://p:1" }, "p:1"],
    ["https://a.test", { https_proxy: "p:1" }, "p:1"],
    ["https://a.test", { HTTP_PROXY: "http://p:1" }, null],
    ["http://a.test", { HTTP_PROXY: "http://p:1" }, "p:1"],
    ["https://localhost", { HTTPS_PROXY: "http://p:1" }, null],
    ["https://127.1.2.3", { HTTPS_PROXY: "http://p:1" }, null],
    ["https://[::1]", { HTTPS_PROXY: "http://p:1" }, null],
    ...(
      [
        ["a.test", null],
        [".test", null],
        ["x, *.test", null],
        ["*", null],
        ["b.test", "p:1"],
        ["est", "p:1"],
        [".a.test", "p:1"],
        ["a.test:443", null],
        ["a.test:80", "p:1"],
        ["", "p:1"],
      ] as const
    ).map(([list, proxy]): [string, Record<string, string>, string | null] => [
      "https://a.test",
      { HTTPS_PROXY: "http://p:1", NO_PROXY: list },
      proxy,
    ]),
    ["https://10.1.2.3", { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0/8" }, null],
    ["https://11.1.2.3", { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0/8" }, "p:1"],
    ["https://10.1.2.3", { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.1.2.3" }, null],
    ["https://10.1.2.3", { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0/99" }, "p:1"],
  ])("%s with %j: %s", (url, env, expected) => {
    expect(proxyFor(new URL(url), env)?.host ?? null).toBe(expected);
  });

  test("a variable that is no address is refused without being shown", () => {
    expect(() => proxyFor(new URL("https://a.test"), { HTTPS_PROXY: "ftp://u:geheim@p" })).toThrow(
      "HTTPS_PROXY is not the address of a proxy",
    );
  });
});
