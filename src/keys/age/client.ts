import { messageOf } from "../../support/errors.js";
import type { KeyClient, KeyContext } from "../key-type.js";
import { textField } from "../master-key.js";
import { decodeArmor, encodeArmor, openAgeFile, sealAgeFile } from "./file-client.js";
import { createAttempt } from "./keyring.js";
import { pluginOfRecipient } from "./plugin/name.js";
import { createPluginRecipient } from "./plugin/recipient.js";
import { checkRecipient, recipientKind } from "./recipient.js";
import { parsePublicKeyLine } from "./ssh/public-key.js";
import { createSshRecipient } from "./ssh/recipient.js";
import { DamagedFileError, type FileKeyWrapper } from "./stanza.js";

/** Wraps and unwraps with age keys of all kinds: native, SSH, and those of plugins. */
export const ageClient: KeyClient = {
  /** One age file with one recipient, armored, with its final line feed (keys.md §5.1). */
  async wrap(key, dataKey, context) {
    const recipient = textField(key.fields, "recipient");
    return encodeArmor(await sealAgeFile(dataKey, wrapperFor(recipient, context)));
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

/** Text for the kinds that the library knows. @throws SopsError INVALID_RECIPIENT */
function wrapperFor(recipient: string, context: KeyContext): string | FileKeyWrapper {
  const error = checkRecipient(recipient);
  if (error !== null) {
    throw error;
  }
  switch (recipientKind(recipient)) {
    case "ssh": {
      const key = parsePublicKeyLine(recipient);
      return typeof key === "string"
        ? recipient
        : createSshRecipient(key, (length) => context.machine.randomBytes(length));
    }
    case "plugin": {
      const name = pluginOfRecipient(recipient);
      return typeof name === "string" ? createPluginRecipient(name, recipient, context) : recipient;
    }
    default:
      return recipient;
  }
}
