import { SopsError } from "../support/errors.js";

import { compileSelection } from "./selection.js";
import type { Comment, StringValue, TreeBranch } from "./tree.js";
import { walkTree } from "./walk.js";

/**
 * An encrypted comment in a list is an element of its own in sops's text: `- ENC[...]` (crypto.md §8).
 *
 * @param encrypted the comments that were encrypted
 */
export function listCommentsAsElements(
  branches: readonly TreeBranch[],
  encrypted: ReadonlySet<Comment>,
): TreeBranch[] {
  return replaceComments(branches, encrypted, ({ text }, isInList) =>
    isInList ? { kind: "string", value: text } : null,
  );
}

/** sops forgets on decryption that a comment stood at the end of a line (formats.md §5.5). */
export function forgetInline(
  branches: readonly TreeBranch[],
  decrypted: ReadonlySet<Comment>,
): TreeBranch[] {
  return replaceComments(branches, decrypted, (comment) =>
    comment.inline ? { ...comment, inline: false } : null,
  );
}

/** @param replace returns `null` for a comment that stays */
function replaceComments(
  branches: readonly TreeBranch[],
  which: ReadonlySet<Comment>,
  replace: (comment: Comment, isInList: boolean) => Comment | StringValue | null,
): TreeBranch[] {
  if (which.size === 0) {
    return [...branches];
  }
  return walkTree(
    branches,
    compileSelection({}),
    {
      scalar: (value) => value,
      comment: (comment, at) =>
        (which.has(comment) ? replace(comment, at.isInList) : null) ?? comment,
    },
    (message) => new SopsError("INTERNAL", message),
  );
}
