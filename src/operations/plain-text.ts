import { equalTrees } from "../document/compare.js";
import { applyHints, openLayout, type DocumentHint, type PieceHints } from "../document/layout.js";
import type { TreeBranch } from "../document/tree.js";
import type { Piece, SourceDocument, Store } from "../formats/store.js";
import { encodeText } from "../support/text.js";

import { commentTexts, equalTexts } from "./comment-texts.js";
import type { EncryptedDocument } from "./encrypted-document.js";

/**
 * The plain file in its own layout, where the encrypted file brings authenticated hints (lossless.md points 6, 11).
 *
 * What is returned has been read again and equals the decrypted tree.
 *
 * @returns the text; `canonical` where sops's text is due because the file has no hints;
 *   `unauthenticated` where its layout field is not one that we wrote for this very file
 */
export function restoreSource(
  document: EncryptedDocument,
  branches: readonly TreeBranch[],
  dataKey: Uint8Array,
): Uint8Array | "canonical" | "unauthenticated" {
  const { metadata, store } = document;
  if (metadata.layout === "") {
    return "canonical";
  }
  const hints = openLayout(metadata.layout, dataKey, metadata.lastModified);
  if (hints === null) {
    return "unauthenticated";
  }
  const text =
    "document" in hints
      ? restoreDocument(hints, store, branches)
      : restorePieces(hints, document, branches);
  return text === null ? "canonical" : encodeText(text);
}

function restorePieces(
  hints: PieceHints,
  { store, source }: EncryptedDocument,
  branches: readonly TreeBranch[],
): string | null {
  const pieces = store.render(source, branches, "decrypt");
  return pieces === null ? null : firstFaithful(pieces, hints, store, branches);
}

/** Less and less of the hints, until the text says what was decrypted: what does not fit is ignored. */
function firstFaithful(
  pieces: readonly Piece[],
  hints: PieceHints,
  store: Store,
  branches: readonly TreeBranch[],
): string | null {
  const attempts: readonly PieceHints[] = [
    hints,
    { ...hints, gaps: [] },
    { ...hints, leaves: [] },
    { v: 1, leaves: [], gaps: [] },
  ];
  for (const attempt of attempts) {
    const text = applyHints(pieces, branches, attempt);
    const reread = tryParse(store, text);
    if (reread !== null && equalTrees(reread.branches, branches, "layout")) {
      return text;
    }
  }
  return null;
}

function restoreDocument(
  hint: DocumentHint,
  store: Store,
  branches: readonly TreeBranch[],
): string | null {
  const reread = tryParse(store, hint.document);
  if (reread === null || !equalTrees(reread.branches, branches, "content")) {
    return null;
  }
  const expected = hint.comments ?? commentTexts(reread.branches);
  return equalTexts(commentTexts(branches), expected) ? hint.document : null;
}

function tryParse(store: Store, text: string): SourceDocument | null {
  try {
    return store.parse(encodeText(text));
  } catch {
    return null;
  }
}
