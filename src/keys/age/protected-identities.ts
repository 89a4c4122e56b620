import { messageOf } from "../../support/errors.js";
import { decodeUtf8 } from "../../support/text.js";
import type { KeyContext } from "../key-type.js";
import { openAgeFile } from "./age-file.js";
import { decodeArmor } from "./armor.js";
import { candidateOf } from "./candidates.js";
import type { Candidate } from "./identity-source.js";
import { parseIdentityText } from "./identity-text.js";
import { passphraseFor } from "./passphrase.js";
import { createScryptIdentity, isPassphraseProtected } from "./scrypt.js";
import { DamagedFileError, type WrappedFileKey } from "./stanza.js";

const BINARY_START = "age-encryption";
const ARMOR_START = "-----BEGIN AGE";

/** Whether an identity source is itself an age file (keys.md §5.3). */
export function isAgeFile(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, BINARY_START.length)).toString("latin1");
  return start === BINARY_START || start === ARMOR_START;
}

/**
 * The identities in an age file that a passphrase protects. The passphrase is asked for when they are first needed, and
 * once a run, whatever comes of it.
 *
 * @param source - name of the variable or file, for the question
 */
export function createProtectedCandidate(
  source: string,
  bytes: Uint8Array,
  context: KeyContext,
): Candidate {
  let opening: Promise<readonly Candidate[]> | undefined;
  const open = (): Promise<readonly Candidate[]> =>
    (opening ??= openProtected(source, bytes, context));
  return {
    turn: "after-questions",
    identity: {
      async unwrap(wrapped) {
        for (const { identity } of await open()) {
          const fileKey = await identity.unwrap(wrapped);
          if (fileKey !== null) {
            return fileKey;
          }
        }
        return null;
      },
    },
    async describe() {
      if (opening === undefined) {
        return "identities under a passphrase that was not asked for";
      }
      try {
        const inside = await opening;
        const texts = await Promise.all(inside.map((candidate) => candidate.describe()));
        return `${texts.join(", ")} (under a passphrase)`;
      } catch (error) {
        return `identities under a passphrase: ${messageOf(error)}`;
      }
    },
  };
}

async function openProtected(
  source: string,
  bytes: Uint8Array,
  context: KeyContext,
): Promise<readonly Candidate[]> {
  const text = decodeUtf8(bytes);
  const file = text?.startsWith(ARMOR_START) === true ? decodeArmor(text) : bytes;
  if (file === null) {
    throw new Error("the armor is damaged");
  }
  const content = await openAgeFile(file, (wrapped) =>
    unwrapByPassphrase(wrapped, source, context),
  ).catch((error: unknown) => {
    // Not of the wrapped key: other identities are tried.
    throw error instanceof DamagedFileError ? new Error("the encrypted file is damaged") : error;
  });
  if (content === null) {
    throw new Error("it is encrypted, but not with a passphrase");
  }
  try {
    return readInside(content, context);
  } finally {
    content.fill(0);
  }
}

async function unwrapByPassphrase(
  wrapped: WrappedFileKey,
  source: string,
  context: KeyContext,
): Promise<Uint8Array | null> {
  if (!isPassphraseProtected(wrapped.stanzas)) {
    return null;
  }
  const question = `Enter passphrase for identity '${source}'`;
  const passphrase = await passphraseFor(context.machine, wrapped.file, question);
  try {
    const fileKey = await createScryptIdentity(passphrase.bytes).unwrap(wrapped);
    if (fileKey === null) {
      await passphrase.forget();
      throw new Error("the passphrase is wrong");
    }
    return fileKey;
  } finally {
    passphrase.bytes.fill(0);
  }
}

function readInside(content: Uint8Array, context: KeyContext): readonly Candidate[] {
  const text = decodeUtf8(content);
  const parsed = text === null ? "is not UTF-8 text" : parseIdentityText(text, false);
  if (typeof parsed === "string") {
    throw new Error(`its content ${parsed}`);
  }
  if (parsed.some(({ kind }) => kind === "plugin")) {
    throw new Error("identities of plugins cannot be used from under a passphrase");
  }
  return parsed.map((identity) => candidateOf(identity, context));
}
