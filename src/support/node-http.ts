import * as http from "node:http";
import * as https from "node:https";
import { isIP, type Socket } from "node:net";
import * as path from "node:path";
import * as tls from "node:tls";

import {
  HttpFailure,
  type HttpAnswer,
  type HttpRequest,
  type HttpTrust,
  parseUrl,
} from "./http.js";
import { bareHost, proxyFor } from "./node-proxy.js";
import type { Runtime } from "./runtime.js";
import { systemErrorCode } from "./system-error.js";
import { concatBytes, decodeText, showText } from "./text.js";

const CONNECT_MS = 10_000;
const TOTAL_MS = 30_000;
const MAX_BYTES = 16 << 20;

type Machine = Pick<Runtime, "env" | "fs">;

/**
 * One exchange over a connection of its own, through the proxy that the environment names. Redirects are not followed.
 *
 * @throws HttpFailure where no whole answer comes within the limits, or its certificate is not trusted
 */
export async function sendHttp(request: HttpRequest, machine: Machine): Promise<HttpAnswer> {
  const url = parseUrl(request.url);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new HttpFailure("the address is neither http nor https");
  }
  const deadline = startDeadline(request.timeoutMs ?? TOTAL_MS);
  try {
    return await exchange(url, request, machine, deadline);
  } catch (error) {
    throw failureOf(url, error, deadline);
  } finally {
    deadline.stop();
  }
}

/** Ends what is under way when the time is up. */
interface Deadline {
  readonly signal: AbortSignal;
  reason(): string | null;
  connected(): void;
  stop(): void;
}

function startDeadline(totalMs: number): Deadline {
  const controller = new AbortController();
  let reason: string | null = null;
  const end = (text: string) => (): void => {
    reason ??= text;
    controller.abort();
  };
  const connecting = setTimeout(end("no connection in time"), Math.min(CONNECT_MS, totalMs));
  const whole = setTimeout(end("no answer in time"), totalMs);
  return {
    signal: controller.signal,
    reason: () => reason,
    connected: () => {
      clearTimeout(connecting);
    },
    stop: () => {
      clearTimeout(connecting);
      clearTimeout(whole);
    },
  };
}

async function exchange(
  url: URL,
  request: HttpRequest,
  machine: Machine,
  deadline: Deadline,
): Promise<HttpAnswer> {
  const trust = url.protocol === "http:" ? {} : trustFor(request, machine);
  const proxy = proxyFor(url, machine.env);
  const headers = { ...request.headers, "content-length": String(request.body?.length ?? 0) };
  const options: https.RequestOptions = {
    method: request.method,
    headers,
    signal: deadline.signal,
    ...tlsOptions(url, trust),
  };
  if (proxy === null) {
    return receive(url, options, request, deadline);
  }
  if (url.protocol === "http:") {
    // A proxy gets the whole address of a plain request.
    const all = { ...headers, host: url.host, ...proxyHeaders(proxy) };
    const through = { ...options, headers: all, path: url.href };
    return receive(new URL(proxy.origin), through, request, deadline);
  }
  const socket = await openTunnel(proxy, url, deadline);
  const createConnection = (): tls.TLSSocket => tls.connect({ socket, ...tlsOptions(url, trust) });
  try {
    return await receive(url, { ...options, createConnection }, request, deadline);
  } finally {
    socket.destroy();
  }
}

function tlsOptions(url: URL, trust: HttpTrust): tls.ConnectionOptions {
  const host = trust.serverName ?? bareHost(url);
  return {
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: trust.isUnchecked !== true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(trust.authorities === undefined ? {} : { ca: [...trust.authorities] }),
    ...(trust.clientCertificate === undefined ? {} : { cert: trust.clientCertificate }),
    ...(trust.clientKey === undefined ? {} : { key: trust.clientKey }),
  };
}

function receive(
  url: URL,
  options: https.RequestOptions,
  { body, maxBytes = MAX_BYTES }: HttpRequest,
  deadline: Deadline,
): Promise<HttpAnswer> {
  const { request } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const parts: Uint8Array[] = [];
      let total = 0;
      response.on("data", (part: Uint8Array) => {
        total += part.length;
        if (total > maxBytes) {
          response.destroy(new Error(`the answer is longer than ${String(maxBytes)} bytes`));
        }
        parts.push(part);
      });
      response.on("error", reject);
      response.on("end", () => {
        const headers = new Map(
          Object.entries(response.headers).map(([name, value]): [string, string] => [
            name,
            Array.isArray(value) ? value.join(", ") : (value ?? ""),
          ]),
        );
        resolve({ status: response.statusCode ?? 0, headers, body: concatBytes(parts) });
      });
    });
    sent.on("socket", (socket) => {
      socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => {
        deadline.connected();
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function openTunnel(proxy: URL, url: URL, { signal }: Deadline): Promise<Socket> {
  const { request } = proxy.protocol === "https:" ? https : http;
  const target = `${url.hostname}:${url.port === "" ? "443" : url.port}`;
  return new Promise((resolve, reject) => {
    const sent = request(proxy.origin, {
      method: "CONNECT",
      path: target,
      headers: { host: target, ...proxyHeaders(proxy) },
      signal,
    });
    sent.on("connect", (response, socket: Socket) => {
      if (response.statusCode === 200) {
        resolve(socket);
      } else {
        socket.destroy();
        reject(new Error(`the proxy answered ${String(response.statusCode)}`));
      }
    });
    sent.on("response", (response) => {
      response.destroy();
      reject(new Error(`the proxy answered ${String(response.statusCode)}`));
    });
    sent.on("error", reject);
    sent.end();
  });
}

function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") {
    return {};
  }
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` };
}

function trustFor({ trust = {} }: HttpRequest, machine: Machine): HttpTrust {
  return trust.authorities === undefined ? { ...machineTrust(machine), ...trust } : trust;
}

/** spec: keys.md §12: these replace the set of the system, as in Go's programs */
function machineTrust({ env, fs }: Machine): HttpTrust {
  const directories = (env["SSL_CERT_DIR"] ?? "").split(path.delimiter);
  const files = [
    env["SSL_CERT_FILE"] ?? "",
    ...directories
      .filter((directory) => directory !== "")
      .flatMap((directory) => filesIn(directory, fs)),
  ].filter((file) => file !== "");
  const texts = files.map((name) => decodeText(fs.readFileSync(name)));
  // A directory may hold other things too, and an empty set would trust nobody.
  const authorities = texts.filter((text) => text.includes("-----BEGIN CERTIFICATE-----"));
  return authorities.length === 0 ? {} : { authorities };
}

function filesIn(directory: string, fs: Runtime["fs"]): string[] {
  return fs
    .readdirSync(directory)
    .map((name) => path.join(directory, name))
    .filter((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

function failureOf(url: URL, error: unknown, deadline: Deadline): HttpFailure {
  if (error instanceof HttpFailure) {
    return error;
  }
  const code = systemErrorCode(error);
  const text = error instanceof Error ? error.message.split("\n", 1)[0] : undefined;
  const reason = deadline.reason() ?? (text || code) ?? "unknown failure";
  return new HttpFailure(`${url.host}: ${showText(reason)}`, error);
}
