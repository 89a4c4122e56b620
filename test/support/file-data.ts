/** What a plain file says, for comparisons of data alone: security.md §13 lists what the format does not protect. */
import { plaintextOf } from "../../src/document/plaintext.js";
import { compileSelection } from "../../src/document/selection.js";
import { walkTree } from "../../src/document/walk.js";
import { detectFormat } from "../../src/formats/detect.js";
import { loadStore } from "../../src/formats/registry.js";
import { decodeText } from "../../src/support/text.js";

export interface DataLeaf {
  /** Keys joined by colons: what a ciphertext is bound to; list positions are not part of it. */
  readonly path: string;
  readonly kind: string;
  readonly text: string;
}

/** Non-empty values with path and type, in the order of the file. */
export async function dataOf(plain: Uint8Array, extension: string): Promise<DataLeaf[]> {
  const store = await loadStore(detectFormat(undefined, `f.${extension}`));
  const leaves: DataLeaf[] = [];
  walkTree(
    store.parse(plain).branches,
    compileSelection({}),
    {
      scalar(value, at) {
        if (value.kind === "uint") throw new Error("uint64");
        const text = value.kind === "null" ? "" : decodeText(plaintextOf(value));
        if (text !== "") leaves.push({ path: at.aad, kind: value.kind, text });
        return value;
      },
      comment: (comment) => comment,
    },
    (message) => new Error(message) as never,
  );
  return leaves;
}

/** The comment texts of a plain file. */
export async function commentsOf(plain: Uint8Array, extension: string): Promise<string[]> {
  const store = await loadStore(detectFormat(undefined, `f.${extension}`));
  const comments: string[] = [];
  walkTree(
    store.parse(plain).branches,
    compileSelection({}),
    {
      scalar: (value) => value,
      comment(comment) {
        comments.push(comment.text);
        return comment;
      },
    },
    (message) => new Error(message) as never,
  );
  return comments;
}
