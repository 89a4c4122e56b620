import { equalTrees, type Comparison } from "../document/compare.js";
import type { DecryptedTree } from "../document/decrypt.js";
import {
  applyHints,
  computeHints,
  isEmptyHints,
  openLayout,
  shorterHints,
  type LayoutHints,
} from "../document/layout.js";
import type { EmitStyle, Piece, SourceDocument } from "../formats/store.js";
import { SopsError } from "../support/errors.js";
import { decodeText, encodeText } from "../support/text.js";

import { commentTexts, equalTexts } from "./comment-texts.js";
import { decryptDocument, parseEncrypted } from "./encrypted-document.js";
import type { Encryption } from "./encryption.js";
import type { PlainDocument } from "./plain-document.js";

/** An encrypted text, opened again in memory. */
interface Reopened {
  readonly source: SourceDocument;
  readonly tree: DecryptedTree;
}

const NO_HINTS: LayoutHints = { v: 1, leaves: [], gaps: [] };

/** The encrypted file in the layout of the plain one, or in canonical layout with the whole source as a hint. */
export function writeSource(
  encryption: Encryption,
  plain: PlainDocument,
  style: EmitStyle,
): Uint8Array {
  return spliceEncrypted(encryption, plain.source) ?? writeWithDocument(encryption, plain, style);
}

/**
 * Exactly sops's text, no layout field.
 *
 * @param isSameFormat otherwise the output may be unable to say what the input said, which sops takes in its stride
 */
export function writeCanonical(
  encryption: Encryption,
  style: EmitStyle,
  isSameFormat: boolean,
): Uint8Array {
  const bytes = emit(encryption, "", style);
  if (isSameFormat) {
    reopenFaithfully(encryption, bytes);
  }
  return bytes;
}

/**
 * A change spliced into the encrypted text it was made on; no layout field.
 *
 * @returns `null` where that text cannot be spliced so
 */
export function writeInto(
  encryption: Encryption,
  encryptedSource: SourceDocument,
): Uint8Array | null {
  const text = joinPieces(
    encryption.store.render(encryptedSource, encryption.branchesWith("", "spliced"), "keep"),
  );
  const bytes = text === null ? null : encodeText(text);
  return bytes !== null && reopen(encryption, bytes, "layout") !== null ? bytes : null;
}

/** spec: formats.md §3, the phrase of exit 4 when encrypting. @throws SopsError CANNOT_EMIT */
export function marshalling<T>(emitting: () => T): T {
  try {
    return emitting();
  } catch (error) {
    if (error instanceof SopsError && error.code === "CANNOT_EMIT") {
      throw new SopsError("CANNOT_EMIT", `Could not marshal tree: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

function emit(encryption: Encryption, layoutField: string, style: EmitStyle): Uint8Array {
  return marshalling(() =>
    encryption.store.emit(encryption.branchesWith(layoutField, "canonical"), style),
  );
}

/**
 * Splices the ciphertexts into the source, then asks what decrypting that would give, and notes the difference.
 *
 * @returns `null` where the spliced text does not read back as the tree, or hints cannot bridge the difference
 */
function spliceEncrypted(encryption: Encryption, source: SourceDocument): Uint8Array | null {
  const { store } = encryption;
  if (!source.isSpliceable) {
    return null;
  }
  const provisional = encryption.sealHints(NO_HINTS);
  const text = joinPieces(
    store.render(source, encryption.branchesWith(provisional, "spliced"), "encrypt"),
  );
  const reopened = text === null ? null : reopen(encryption, encodeText(text), "layout");
  const rendered =
    reopened === null ? null : store.render(reopened.source, reopened.tree.branches, "decrypt");
  if (text === null || reopened === null || rendered === null) {
    return null;
  }
  const hints = computeHints(store.segment(source), rendered, source.branches);
  if (hints === null) {
    return null;
  }
  if (isEmptyHints(hints)) {
    // Piece by piece the same: nothing needs to be put together to compare it.
    return encodeText(text);
  }
  if (applyHints(rendered, reopened.tree.branches, hints) !== source.text) {
    return null;
  }
  const field = sealChecked(encryption, shorterHints(hints, { v: 1, document: source.text }));
  return encodeText(text.replaceAll(provisional, () => field));
}

function joinPieces(pieces: readonly Piece[] | null): string | null {
  return pieces === null ? null : pieces.map((piece) => piece.text).join("");
}

/** lossless.md point 8 */
function writeWithDocument(
  encryption: Encryption,
  plain: PlainDocument,
  style: EmitStyle,
): Uint8Array {
  const provisional = reopenFaithfully(encryption, emit(encryption, "", style));
  const hint = { v: 1, document: decodeText(plain.bytes) } as const;
  const kept = commentTexts(provisional.tree.branches);
  const isSame = equalTexts(kept, commentTexts(plain.source.branches));
  const field = sealChecked(encryption, isSame ? hint : { ...hint, comments: kept });
  const bytes = emit(encryption, field, style);
  reopenFaithfully(encryption, bytes);
  return bytes;
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
  try {
    const document = parseEncrypted(bytes, encryption.format, encryption.store);
    const tree = decryptDocument(document, encryption.dataKey, { ignoreMac: false });
    return equalTrees(tree.branches, encryption.expected, comparison)
      ? { source: document.source, tree }
      : null;
  } catch {
    return null;
  }
}

function reopenFaithfully(encryption: Encryption, bytes: Uint8Array): Reopened {
  const reopened = reopen(encryption, bytes, "content");
  if (reopened === null) {
    throw new SopsError(
      "CANNOT_EMIT",
      "Could not marshal tree: a clear value would not read back from this format as it stands in the source",
      { hint: "encrypt that value too, or write it in another way" },
    );
  }
  return reopened;
}
