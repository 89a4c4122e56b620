import { resolve } from "node:path";
import { Readable } from "node:stream";

import { PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

import { HttpFailure, type HttpAnswer, type HttpTrust } from "../../support/http.js";
import { decodeText, encodeText } from "../../support/text.js";

import type { PublishMachine } from "./destination.js";

/** @throws Error of the library, for a refused or failed upload */
export type S3Uploader = (bucket: string, key: string, bytes: Uint8Array) => Promise<void>;

/** Credentials, region and endpoint as every AWS program finds them: environment, then profiles, then the machine. */
export function createS3Uploader(machine: PublishMachine): S3Uploader {
  const client = new S3Client({
    ...fromEnvironment(machine.env),
    requestHandler: createHandler(machine),
    followRegionRedirects: true,
  });
  return async (Bucket, Key, Body) => {
    const ContentType = "application/octet-stream";
    try {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
    } catch (error) {
      throw described(error);
    }
  };
}

/** What the library would read by itself, but from the environment that it is to have; the rest is left to it. */
function fromEnvironment(env: PublishMachine["env"]): S3ClientConfig {
  const region = firstOf(env, "AWS_REGION", "AWS_DEFAULT_REGION");
  const endpoint =
    env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true"
      ? ""
      : firstOf(env, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
  return {
    ...(region === "" ? {} : { region }),
    ...(endpoint === "" ? {} : { endpoint }),
    ...credentialsOf(env),
  };
}

function credentialsOf(env: PublishMachine["env"]): Pick<S3ClientConfig, "credentials"> {
  const accessKeyId = firstOf(env, "AWS_ACCESS_KEY_ID");
  const secretAccessKey = firstOf(env, "AWS_SECRET_ACCESS_KEY");
  const sessionToken = firstOf(env, "AWS_SESSION_TOKEN");
  if (accessKeyId === "" || secretAccessKey === "") {
    return {};
  }
  const session = sessionToken === "" ? {} : { sessionToken };
  return { credentials: { accessKeyId, secretAccessKey, ...session } };
}

function firstOf(env: PublishMachine["env"], ...names: readonly string[]): string {
  return names.map((name) => env[name] ?? "").find((text) => text !== "") ?? "";
}

/** What the library asks of a way to servers. */
interface HandlerRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Our own way to servers has the limits, proxies and certificate authorities that the library does not know of. */
function createHandler(machine: PublishMachine): NonNullable<S3ClientConfig["requestHandler"]> {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async (request: HandlerRequest) => {
      const { method, headers } = request;
      const answer = await machine.http({
        method,
        url: urlOf(request),
        headers,
        body: await bodyOf(request.body),
        trust: trustOf(machine),
      });
      return { response: responseOf(answer) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function trustOf({ cwd, env, fs }: PublishMachine): HttpTrust {
  const file = firstOf(env, "AWS_CA_BUNDLE");
  return file === "" ? {} : { authorities: [decodeText(fs.readFileSync(resolve(cwd, file)))] };
}

function urlOf({ protocol, hostname, port, path: target, query }: HandlerRequest): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => {
    const texts = typeof value === "string" || value === null ? [value ?? ""] : value;
    return texts.map((text) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
  });
  const search = pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  return `${protocol}//${hostname}${port === undefined ? "" : `:${String(port)}`}${target}${search}`;
}

async function bodyOf(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) {
    return body;
  }
  if (typeof body === "string") {
    return encodeText(body);
  }
  const parts: Uint8Array[] = [];
  if (body instanceof Readable) {
    for await (const part of body) {
      parts.push(part as Uint8Array);
    }
  }
  return Buffer.concat(parts);
}

function responseOf({ status, headers, body }: HttpAnswer): {
  statusCode: number;
  headers: Record<string, string>;
  body: Readable;
} {
  return { statusCode: status, headers: Object.fromEntries(headers), body: Readable.from([body]) };
}

/** Its messages are now and then only a class name or "UnknownError". */
function described(error: unknown): Error {
  if (!(error instanceof Error)) {
    return new Error(String(error));
  }
  const { name, message } = error;
  const isTold = error instanceof HttpFailure || name === "Error" || message.includes(name);
  return new Error(isTold ? message : `${name}: ${message}`, {
    cause: error,
  });
}
