import type { KeyContext } from "../../key-type.js";
import type { FileKeyWrapper, Stanza } from "../stanza.js";
import { converse } from "./dialogue.js";

/** spec: keys.md §5.5, recipient-v1 @param name - of the plugin, checked */
export function createPluginRecipient(
  name: string,
  recipient: string,
  context: KeyContext,
): FileKeyWrapper {
  return async (fileKey) => {
    const stanzas: Stanza[] = [];
    await converse(
      {
        name,
        mode: "recipient-v1",
        say(stream) {
          stream.write(["add-recipient", recipient]);
          stream.write(["wrap-file-key"], fileKey);
          stream.write(["extension-labels"]);
        },
        hear({ args: [type, index, ...args], body }) {
          if (type === "recipient-stanza") {
            if (index !== "0" || args.length === 0) {
              throw new Error("it answers for a file that it was not asked about");
            }
            stanzas.push({ args, body });
          }
          // Labels tell which recipients may stand together; ours stand alone.
          return type === "recipient-stanza" || type === "labels";
        },
      },
      context,
    );
    if (stanzas.length === 0) {
      throw new Error(`age-plugin-${name}: it has wrapped nothing`);
    }
    return stanzas;
  };
}
