import type { EncryptedTree } from "../document/encrypt.js";
import type { LayoutHints } from "../document/layout.js";
import type { Metadata } from "../document/metadata.js";
import type { TreeBranch } from "../document/tree.js";
import type { EmitStyle } from "../formats/store.js";

import type { PlainDocument } from "./plain-document.js";

/** What both ways of writing an encrypted file need: the tree, and its metadata for a given layout field. */
export interface Encryption {
  readonly plain: PlainDocument;
  readonly tree: EncryptedTree;
  readonly dataKey: Uint8Array;
  readonly style: EmitStyle;
  readonly metadata: Metadata;
  branchesWith(layoutField: string): TreeBranch[];
  sealHints(hints: LayoutHints): string;
}
