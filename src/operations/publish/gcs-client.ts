import * as path from "node:path";

import { GoogleAuth, type GoogleAuthOptions } from "google-auth-library";

import { decodeText } from "../../support/text.js";

import type { PublishMachine } from "./destination.js";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

/**
 * A token by `GOOGLE_CREDENTIALS` (JSON or the name of a file of it), else application default credentials.
 *
 * @throws Error of the library where there are no credentials, or they are refused
 */
export async function fetchAccessToken(machine: PublishMachine): Promise<string> {
  const auth = new GoogleAuth({ scopes: [SCOPE], ...credentialsOf(machine) });
  const token = await auth.getAccessToken();
  if (!token) {
    throw new Error("the Google credentials give no token");
  }
  return token;
}

function credentialsOf({ cwd, env, fs }: PublishMachine): GoogleAuthOptions {
  const given = (env["GOOGLE_CREDENTIALS"] ?? "").trim();
  if (given !== "") {
    const text = given.startsWith("{")
      ? given
      : decodeText(fs.readFileSync(path.resolve(cwd, given)));
    return { credentials: parseCredentials(text) };
  }
  const file = env["GOOGLE_APPLICATION_CREDENTIALS"] ?? "";
  return file === "" ? {} : { keyFilename: path.resolve(cwd, file) };
}

function parseCredentials(text: string): NonNullable<GoogleAuthOptions["credentials"]> {
  try {
    return JSON.parse(text) as NonNullable<GoogleAuthOptions["credentials"]>;
  } catch {
    // The parser's own message quotes the text, which holds a private key.
    throw new Error("GOOGLE_CREDENTIALS is neither JSON nor the name of a file of it");
  }
}
