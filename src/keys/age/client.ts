import { messageOf } from "../../support/errors.js";
import type { KeyClient, KeyContext } from "../key-type.js";
import { textField } from "../master-key.js";
import { openAgeFile, sealAgeFile } from "./age-file.js";
import { decodeArmor, encodeArmor } from "./armor.js";
import { decodeBech32 } from "./bech32.js";
import { createAttempt } from "./keyring.js";
import { pluginOfRecipient } from "./plugin/name.js";
import { createPluginRecipient } from "./plugin/recipient.js";
import { checkRecipient, recipientKind } from "./recipient.js";
import { parsePublicKeyLine } from "./ssh/public-key.js";
import { createSshRecipient } from "./ssh/recipient.js";
import { DamagedFileError, type FileKeyWrapper } from "./stanza.js";
import { createX25519Recipient } from "./x25519-recipient.js";

/** Wraps and unwraps with age keys of all kinds: native, SSH, and those of plugins. */
export const ageClient: KeyClient = {
  /** One age file with one recipient, armored, with its final line feed (keys.md §5.1). */
  async wrap(key, dataKey, context) {
    const recipient = textField(key.fields, "recipient");
    const wrapper = wrapperFor(recipient, context);
    if (wrapper !== null) {
      return encodeArmor(
        await sealAgeFile(dataKey, wrapper, (length) => context.machine.randomBytes(length)),
      );
    }
    const { sealWithLibrary } = await import("./library-client.js");
    return encodeArmor(await sealWithLibrary(dataKey, recipient));
  },

  /** The recipient of the entry is not compared: only the wrapped key and the identities count. */
  async unwrap(key, context) {
    if (key.enc === "") {
      throw new Error("the wrapped data key is empty");
    }
    const file = decodeArmor(key.enc);
    if (file === null) {
      throw new Error("the wrapped data key is not armored age text");
    }
    const attempt = createAttempt(textField(key.fields, "recipient"), context);
    try {
      const dataKey = await openAgeFile(file, (wrapped) => attempt.unwrap(wrapped));
      return dataKey ?? { reason: await attempt.report() };
    } catch (error) {
      throw error instanceof DamagedFileError
        ? new Error(`the wrapped data key is ${messageOf(error)}`, { cause: error })
        : error;
    }
  },
};

/** @returns `null` for the kinds that only the library knows. @throws SopsError INVALID_RECIPIENT */
function wrapperFor(recipient: string, context: KeyContext): FileKeyWrapper | null {
  const error = checkRecipient(recipient);
  if (error !== null) {
    throw error;
  }
  const randomBytes = (length: number): Uint8Array => context.machine.randomBytes(length);
  switch (recipientKind(recipient)) {
    case "ssh": {
      const key = parsePublicKeyLine(recipient);
      return typeof key === "string" ? null : createSshRecipient(key, randomBytes);
    }
    case "plugin": {
      const name = pluginOfRecipient(recipient);
      return typeof name === "string" ? createPluginRecipient(name, recipient, context) : null;
    }
    default: {
      const decoded = decodeBech32(recipient);
      return typeof decoded !== "string" && decoded.prefix === "age"
        ? createX25519Recipient(decoded.bytes, randomBytes)
        : null;
    }
  }
}
