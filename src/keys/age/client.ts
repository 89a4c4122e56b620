import { armor, Decrypter, Encrypter } from "age-encryption";

import { showText } from "../../support/text.js";
import type { KeyClient, KeyContext, Unusable } from "../key-type.js";
import { textField } from "../master-key.js";
import { loadCommandSource, loadFixedSources, type IdentitySource } from "./identities.js";
import { checkRecipient, describeKind, recipientKind } from "./recipient.js";

/** The library's word for "all stanzas are for others"; a test holds it. */
const NO_MATCH = "no identity matched any of the file's recipients";

/** Wraps and unwraps with native age keys: X25519 and the post-quantum hybrid. */
export const ageClient: KeyClient = {
  /** One age file with one recipient, armored, with its final line feed (keys.md §5.1). */
  async wrap(key, dataKey) {
    const recipient = textField(key.fields, "recipient");
    const error = checkRecipient(recipient);
    if (error !== null) {
      throw error;
    }
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return armor.encode(await encrypter.encrypt(dataKey));
  },

  /** The recipient of the entry is not compared: only the wrapped key and the identities count. */
  async unwrap(key, context) {
    const file = decodeArmor(key.enc);
    const recipient = textField(key.fields, "recipient");
    const { sources, decrypter } = await keyringFor(recipient, context);
    if (decrypter === null) {
      return unusable("no age identity was found", recipient, sources);
    }
    try {
      return await decrypter.decrypt(file);
    } catch (error) {
      if (error instanceof Error && error.message === NO_MATCH) {
        return unusable("no identity matched any of the recipients", recipient, sources);
      }
      // The library's text may quote the header, which is attacker input.
      throw new Error("the wrapped data key is damaged, or no age file", { cause: error });
    }
  },
};

function decodeArmor(enc: string): Uint8Array {
  if (enc === "") {
    throw new Error("the wrapped data key is empty");
  }
  try {
    return armor.decode(enc);
  } catch (cause) {
    throw new Error("the wrapped data key is not armored age text", { cause });
  }
}

interface Keyring {
  readonly sources: readonly IdentitySource[];
  /** `null` when there is no identity at all. */
  readonly decrypter: Decrypter | null;
}

interface Cache {
  readonly fixed: readonly IdentitySource[];
  readonly byRecipient: Map<string, Promise<Keyring>>;
}

/** Identities are read once a run; the key command, which is told the recipient, once for each recipient. */
const caches = new WeakMap<KeyContext, Cache>();

function keyringFor(recipient: string, context: KeyContext): Promise<Keyring> {
  let cache = caches.get(context);
  if (cache === undefined) {
    cache = { fixed: loadFixedSources(context), byRecipient: new Map() };
    caches.set(context, cache);
  }
  let keyring = cache.byRecipient.get(recipient);
  if (keyring === undefined) {
    keyring = makeKeyring(cache.fixed, recipient, context);
    cache.byRecipient.set(recipient, keyring);
  }
  return keyring;
}

async function makeKeyring(
  fixed: readonly IdentitySource[],
  recipient: string,
  context: KeyContext,
): Promise<Keyring> {
  const sources = [...fixed, await loadCommandSource(context, recipient)];
  const identities = new Set(sources.flatMap((source) => source.identities));
  if (identities.size === 0) {
    return { sources, decrypter: null };
  }
  const decrypter = new Decrypter();
  for (const identity of identities) {
    decrypter.addIdentity(identity);
  }
  return { sources, decrypter };
}

function unusable(reason: string, recipient: string, sources: readonly IdentitySource[]): Unusable {
  const lines = [reason];
  const kind = recipientKind(recipient);
  if (kind === "ssh" || kind === "plugin") {
    lines.push(`${describeKind(recipient)} are not built in yet`);
  }
  for (const { name, problems } of sources) {
    lines.push(...problems.map((problem) => `${showText(name)}: ${problem}`));
  }
  const missing = sources
    .filter((source) => source.isAbsent)
    .map(({ name }) => `'${showText(name)}'`);
  if (missing.length > 0) {
    lines.push(`Did not find keys in locations ${missing.join(", ")}.`);
  }
  return { reason: lines.join("\n") };
}
