import { showDestination, type Destination } from "../../config/destination-rules.js";
import { SopsError } from "../../support/errors.js";
import { loadSdk } from "../../support/sdk.js";
import { decodeText } from "../../support/text.js";

import { notPublished, type ObjectStore, type PublishMachine } from "./destination.js";

type Bucket = Extract<Destination, { bucket: string }>;

const DEFAULT_BASE = "https://storage.googleapis.com";

/** A bucket of Google Cloud Storage, with application default credentials; an emulator gets none (config.md §6). */
export function openGcsBucket(destination: Bucket, machine: PublishMachine): ObjectStore {
  const { bucket, prefix } = destination;
  const emulator = machine.env["STORAGE_EMULATOR_HOST"] ?? "";
  let token: Promise<string> | null = null;
  return {
    takes: "files",
    async put(key, bytes) {
      const base = emulator === "" ? DEFAULT_BASE : emulatorBase(emulator);
      const name = encodeURIComponent(`${prefix}${key}`);
      try {
        const accessToken = emulator === "" ? await (token ??= accessTokenOf(machine)) : "";
        const answer = await machine.http({
          method: "POST",
          url: `${base}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=media&name=${name}`,
          headers: {
            "content-type": "application/octet-stream",
            ...(accessToken === "" ? {} : { authorization: `Bearer ${accessToken}` }),
          },
          body: bytes,
        });
        if (answer.status !== 200 && answer.status !== 201) {
          throw new Error(`status ${String(answer.status)}${messageIn(answer.body)}`);
        }
      } catch (cause) {
        if (cause instanceof SopsError) {
          throw cause;
        }
        throw notPublished(showDestination(destination, key, ""), cause);
      }
    },
  };
}

function emulatorBase(host: string): string {
  return (host.includes("://") ? host : `http://${host}`).replace(/\/+$/u, "");
}

/** A token that the user has wins over credentials, which need a library. */
async function accessTokenOf(machine: PublishMachine): Promise<string> {
  const given = machine.env["GOOGLE_OAUTH_ACCESS_TOKEN"] ?? "";
  if (given !== "") {
    return given;
  }
  const { fetchAccessToken } = await loadSdk(
    "google-auth-library",
    "publish to Google Cloud Storage",
    () => import("./gcs-client.js"),
  );
  return fetchAccessToken(machine);
}

/** `{"error": {"message": "…"}}` */
function messageIn(body: Uint8Array): string {
  try {
    const parsed = JSON.parse(decodeText(body)) as { error?: { message?: unknown } } | null;
    const message = parsed?.error?.message;
    return typeof message === "string" ? `: ${message}` : "";
  } catch {
    return "";
  }
}
