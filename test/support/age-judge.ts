/** The age library as the judge of our own reader. */
import { createHash, createHmac } from "node:crypto";

import { armor, Decrypter } from "age-encryption";

import { openAgeFile } from "../../src/keys/age/age-file.js";
import { deriveKey, encodeUnpadded, type Stanza } from "../../src/keys/age/stanza.js";

/** What a reader makes of an age file. */
export interface Verdict {
  readonly outcome: "opened" | "damaged" | "for others";
  /** Of the content: whole contents are slow to compare. */
  readonly digest: string | null;
  /** What it gives to an identity; `null` when it does not come to that. */
  readonly stanzas: readonly Stanza[] | null;
}

/** @param fileKey - `null` for an identity that no stanza is for */
export async function readNatively(file: Uint8Array, fileKey: Uint8Array | null): Promise<Verdict> {
  let stanzas: readonly Stanza[] | null = null;
  const content = await openAgeFile(file, (wrapped) => {
    stanzas = plain(wrapped.stanzas);
    return Promise.resolve(fileKey?.slice() ?? null);
  }).catch(() => "damaged" as const);
  return verdict(content ?? "for others", stanzas);
}

/** @param fileKey - as of {@link readNatively} */
export async function readByLibrary(
  file: Uint8Array,
  fileKey: Uint8Array | null,
): Promise<Verdict> {
  let stanzas: readonly Stanza[] | null = null;
  const decrypter = new Decrypter();
  decrypter.addIdentity({
    unwrapFileKey(wrapped: Stanza[]) {
      stanzas = plain(wrapped);
      return fileKey?.slice() ?? null;
    },
  });
  const content = await decrypter.decrypt(file).catch((error: unknown) =>
    // As in `library-client.ts`.
    error instanceof Error && error.message.startsWith("no identity matched")
      ? ("for others" as const)
      : ("damaged" as const),
  );
  return verdict(content, stanzas);
}

function verdict(
  content: Uint8Array | "damaged" | "for others",
  stanzas: readonly Stanza[] | null,
): Verdict {
  return typeof content === "string"
    ? { outcome: content, digest: null, stanzas }
    : { outcome: "opened", digest: digestOf(content), stanzas };
}

export function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function plain(stanzas: readonly Stanza[]): Stanza[] {
  return stanzas.map(({ args, body }) => ({ args: [...args], body: new Uint8Array(body) }));
}

export function decodeArmorByLibrary(text: string): Uint8Array | null {
  try {
    return armor.decode(text);
  } catch {
    return null;
  }
}

/** An age file with whatever stands for its header, under a MAC that holds. @param header - up to the MAC line */
export function fileOf(header: string, fileKey: Uint8Array, payload: Uint8Array): Uint8Array {
  const authenticated = Buffer.from(`${header}---`, "latin1");
  const key = deriveKey(fileKey, new Uint8Array(), "header");
  const mac = encodeUnpadded(createHmac("sha256", key).update(authenticated).digest());
  return new Uint8Array(Buffer.concat([authenticated, Buffer.from(` ${mac}\n`), payload]));
}
