import type { KeyContext } from "../../key-type.js";
import type { AgeIdentity } from "../stanza.js";
import { converse } from "./dialogue.js";

const FILE_KEY_LENGTH = 16;

/** spec: keys.md §5.5, identity-v1 @param name - of the plugin, checked */
export function createPluginIdentity(
  name: string,
  identity: string,
  context: KeyContext,
): AgeIdentity {
  return {
    async unwrap({ stanzas }) {
      let fileKey: Uint8Array | null = null;
      await converse(
        {
          name,
          mode: "identity-v1",
          say(stream) {
            stream.write(["add-identity", identity]);
            for (const { args, body } of stanzas) {
              stream.write(["recipient-stanza", "0", ...args], body);
            }
          },
          hear({ args: [type, index], body }) {
            if (type !== "file-key") {
              return false;
            }
            if (index !== "0" || fileKey !== null || body.length !== FILE_KEY_LENGTH) {
              throw new Error("its file key is none, or not for the file it was asked about");
            }
            fileKey = body;
            return true;
          },
        },
        context,
      );
      return fileKey;
    },
  };
}
