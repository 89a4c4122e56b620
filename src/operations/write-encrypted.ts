import { equalTrees, type Comparison } from "../document/compare.js";
import type { DecryptedTree } from "../document/decrypt.js";
import {
  applyHints,
  computeHints,
  openLayout,
  shorterHints,
  type DocumentHint,
  type LayoutHints,
} from "../document/layout.js";
import type { Piece, SourceDocument } from "../formats/store.js";
import { SopsError } from "../support/errors.js";
import { decodeText, encodeText } from "../support/text.js";

import { commentTexts, equalTexts } from "./comment-texts.js";
import type { Encryption } from "./encryption.js";
import { decryptDocument, parseEncrypted } from "./encrypted-document.js";

/** An encrypted text, opened again in memory. */
interface Reopened {
  readonly source: SourceDocument;
  readonly tree: DecryptedTree;
}

const NO_HINTS: LayoutHints = { v: 1, leaves: [], gaps: [] };

/** The encrypted file in the layout of the plain one, or in canonical layout with the whole source as a hint. */
export function writeSource(encryption: Encryption): Uint8Array {
  return spliceEncrypted(encryption) ?? writeWithDocument(encryption);
}

/** Exactly sops's text, no layout field. */
export function writeCanonical(encryption: Encryption): Uint8Array {
  const bytes = emit(encryption, "");
  if (encryption.plain.inputFormat === encryption.plain.outputFormat) {
    reopenFaithfully(encryption, bytes, "content");
  }
  return bytes;
}

function emit(encryption: Encryption, layoutField: string): Uint8Array {
  try {
    const { plain, style } = encryption;
    return plain.encryptedStore.emit(encryption.branchesWith(layoutField), style);
  } catch (error) {
    if (error instanceof SopsError && error.code === "CANNOT_EMIT") {
      throw new SopsError("CANNOT_EMIT", `Could not marshal tree: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * Splices the ciphertexts into the source, then asks what decrypting that would give, and notes the difference.
 *
 * @returns `null` where the spliced text does not read back as the tree, or hints cannot bridge the difference
 */
function spliceEncrypted(encryption: Encryption): Uint8Array | null {
  const { source, encryptedStore: store } = encryption.plain;
  if (!source.isSpliceable) {
    return null;
  }
  const provisional = encryption.sealHints(NO_HINTS);
  const text = joinPieces(store.render(source, encryption.branchesWith(provisional), "encrypt"));
  const reopened = text === null ? null : reopen(encryption, encodeText(text), "layout");
  const rendered =
    reopened === null ? null : store.render(reopened.source, reopened.tree.branches, "decrypt");
  if (text === null || reopened === null || rendered === null) {
    return null;
  }
  const hints = computeHints(store.segment(source), rendered, source.branches);
  if (hints === null || applyHints(rendered, reopened.tree.branches, hints) !== source.text) {
    return null;
  }
  if (hints.leaves.length + hints.gaps.length === 0) {
    return encodeText(text);
  }
  const field = sealChecked(encryption, shorterHints(hints, documentHint(encryption)));
  return encodeText(text.replaceAll(provisional, () => field));
}

function joinPieces(pieces: readonly Piece[] | null): string | null {
  return pieces === null ? null : pieces.map((piece) => piece.text).join("");
}

/** lossless.md point 8 */
function writeWithDocument(encryption: Encryption): Uint8Array {
  const provisional = reopenFaithfully(encryption, emit(encryption, ""), "content");
  const hint = documentHint(encryption);
  const kept = commentTexts(provisional.tree.branches);
  const isSame = equalTexts(kept, commentTexts(encryption.plain.source.branches));
  const field = sealChecked(encryption, isSame ? hint : { ...hint, comments: kept });
  const bytes = emit(encryption, field);
  reopenFaithfully(encryption, bytes, "content");
  return bytes;
}

function documentHint({ plain }: Encryption): DocumentHint {
  return { v: 1, document: decodeText(plain.bytes) };
}

/** A sealed field that was opened again. */
function sealChecked(encryption: Encryption, hints: LayoutHints): string {
  const field = encryption.sealHints(hints);
  const opened = openLayout(field, encryption.dataKey, encryption.metadata.lastModified);
  if (JSON.stringify(opened) !== JSON.stringify(hints)) {
    throw new SopsError("INTERNAL", "the layout field does not open again");
  }
  return field;
}

/** Opens what was written, under the rules of reading; `null` when it does not say what went in. */
function reopen(
  encryption: Encryption,
  bytes: Uint8Array,
  comparison: Comparison,
): Reopened | null {
  const { plain, dataKey } = encryption;
  try {
    const document = parseEncrypted(bytes, plain.outputFormat, plain.encryptedStore);
    const tree = decryptDocument(document, dataKey, { ignoreMac: false });
    const isSame =
      equalTrees(tree.branches, plain.source.branches, comparison) &&
      tree.suspectComments.length === 0;
    return isSame ? { source: document.source, tree } : null;
  } catch {
    return null;
  }
}

function reopenFaithfully(
  encryption: Encryption,
  bytes: Uint8Array,
  comparison: Comparison,
): Reopened {
  const reopened = reopen(encryption, bytes, comparison);
  if (reopened === null) {
    throw new SopsError(
      "CANNOT_EMIT",
      "Could not marshal tree: a clear value would not read back from this format as it stands in the source",
      { hint: "encrypt that value too, or write it in another way" },
    );
  }
  return reopened;
}
