import { equalTrees } from "../document/compare.js";
import { effectiveSelection, metadataToMap, type Metadata } from "../document/metadata.js";
import type { EmitStyle } from "../formats/store.js";
import { SopsError } from "../support/errors.js";
import { encodeText } from "../support/text.js";

import { parseEncrypted } from "./encrypted-document.js";
import { KEY_LIST_FIELDS, keyListsOf } from "./key-metadata.js";
import type { KeyGroup } from "../keys/key-group.js";
import type { OpenedFile } from "./rewrite.js";

/** New recipients of a file whose data key stays. */
export interface WrappedGroups {
  readonly groups: readonly KeyGroup[];
  readonly threshold: number;
}

/**
 * The file with other recipients: values, MAC, time and layout field keep their bytes (cli.md §4.1).
 *
 * @param canonical writes all of it in sops's text; otherwise only the metadata's lines change
 * @throws SopsError CANNOT_EMIT; INTERNAL when what was written does not read back
 */
export function replaceRecipients(
  { document }: Pick<OpenedFile, "document">,
  wrapped: WrappedGroups,
  style: EmitStyle,
  canonical: boolean,
): Uint8Array {
  const { store } = document;
  const metadata: Metadata = {
    ...document.metadata,
    ...(canonical ? { selection: effectiveSelection(document.metadata.selection) } : {}),
    groups: keyListsOf(wrapped.groups),
    shamirThreshold: wrapped.threshold,
  };
  const branches = store.joinMetadata(document.branches, metadataToMap(metadata, KEY_LIST_FIELDS));
  const pieces = canonical ? null : store.render(document.source, branches, "keep");
  const bytes = pieces === null ? null : encodeText(pieces.map((piece) => piece.text).join(""));
  if (bytes !== null && isFaithful(document, bytes)) {
    return bytes;
  }
  const emitted = store.emit(branches, style);
  if (!isFaithful(document, emitted)) {
    throw new SopsError("INTERNAL", "the file with its new recipients does not read back");
  }
  return emitted;
}

function isFaithful(document: OpenedFile["document"], bytes: Uint8Array): boolean {
  try {
    const reread = parseEncrypted(bytes, document.format, document.store);
    return (
      reread.metadata.mac === document.metadata.mac &&
      equalTrees(reread.branches, document.branches, "content")
    );
  } catch {
    return false;
  }
}
