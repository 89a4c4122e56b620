/** Servers for tests that speak HTTP, on free ports of this machine, each stopped by whoever starts it. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

import type { Certificates } from "./certificates.js";
import { freePort, startServerProcess } from "./key-server.js";
import { untilHealthy } from "./health.js";
import { pythonTool } from "./tools.js";

/** A server that speaks HTTP: its address, and its end. */
export interface HttpServer {
  readonly url: string;
  stop(): Promise<unknown>;
}

async function startPythonServer(
  name: Parameters<typeof pythonTool>[0],
  args: (port: string) => readonly string[],
  healthPath: string,
): Promise<HttpServer> {
  const port = String(await freePort());
  const { command, env } = pythonTool(name);
  const server = await startServerProcess(
    `tcp://127.0.0.1:${port}`,
    [...command, ...args(port)],
    env,
  );
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(async () => {
    const { ok } = await fetch(`${url}${healthPath}`);
    if (!ok) throw new Error(`${name} is not ready`);
  });
  return { url, stop: () => server.stop() };
}

/** What answers as S3 does. */
export function startMoto(): Promise<HttpServer> {
  return startPythonServer("moto", (port) => ["-H", "127.0.0.1", "-p", port], "/moto-api/");
}

/** What answers as Google Cloud Storage does, with one bucket. */
export function startGcsEmulator(bucket: string): Promise<HttpServer> {
  return startPythonServer(
    "gcp-storage-emulator",
    (port) => [
      "start",
      "--host",
      "127.0.0.1",
      "--port",
      port,
      "--in-memory",
      "--default-bucket",
      bucket,
    ],
    `/storage/v1/b/${bucket}/o`,
  );
}

/** What a server of ours was asked. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server in this process that notes what it is asked, and answers as the test says. */
export async function startRecorder(
  answer: (request: SeenRequest) => Answer,
  tls?: Certificates,
): Promise<HttpServer & { readonly seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const asked = { method, path, headers, body: Buffer.concat(parts).toString("utf8") };
      seen.push(asked);
      const { status, body = "", headers: own = {} } = answer(asked);
      response.writeHead(status, own);
      response.end(body);
    });
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer(
          { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) },
          listener,
        );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${String(port)}`,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
