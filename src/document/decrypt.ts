import { decodeText } from "../support/text.js";
import { SopsError } from "../support/errors.js";

import type { PoolCollector } from "./ciphertext-pool.js";
import { createMacHasher, equalMacs, unsealMac } from "./mac.js";
import type { Metadata } from "./metadata.js";
import { valueFromPlaintext } from "./plaintext.js";
import type { Selection } from "./selection.js";
import type { Comment, Leaf, ScalarValue, TreeBranch } from "./tree.js";
import { ciphertextType, looksEncrypted, parseCiphertext, unseal } from "./value-cipher.js";
import { formatTreePath, walkTree, type LeafPosition, type TreePath } from "./walk.js";

/** A break that only other readers see, and behind it neither a comment mark nor the end. */
const LINE_WITHOUT_MARK = /[\r\u0085\u2028\u2029](?![#;\r\n\u0085\u2028\u2029]|$)/gu;

export interface DecryptTreeOptions {
  /** 32 bytes. */
  readonly dataKey: Uint8Array;
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
  /** Keep the value as raw bytes: a binary file's content must not become a string. */
  readonly asBytes: boolean;
  /** Takes every ciphertext that opened. */
  readonly collector?: PoolCollector | undefined;
}

export interface DecryptedTree {
  readonly branches: TreeBranch[];
  /** Computed over what was decrypted. */
  readonly mac: string;
  /** Paths of comments that stood clear where ciphertext was expected, or could not be opened; kept as they are. */
  readonly suspectComments: readonly TreePath[];
  /** Those of `branches` that were decrypted. */
  readonly comments: ReadonlySet<Comment>;
}

/**
 * Decrypts the selected leaves of an encrypted tree. Nothing of the result may leave the process before
 * {@link checkMac} has agreed.
 *
 * @throws SopsError CANNOT_DECRYPT_TREE (exit 25) for the first value that does not open
 */
export function decryptTree(
  branches: readonly TreeBranch[],
  options: DecryptTreeOptions,
): DecryptedTree {
  const mac = createMacHasher(options.macOnlyEncrypted);
  const suspectComments: TreePath[] = [];
  const comments = new Set<Comment>();

  const scalar = (value: ScalarValue, at: LeafPosition): Leaf => {
    if (value.kind === "uint") {
      throw refuse("Cannot walk value, unknown type: uint64", at.path());
    }
    if (!at.isSelected || value.kind === "null") {
      mac.add(value, at.isSelected);
      return value;
    }
    if (value.kind !== "string") {
      throw refuse(`Expected encrypted value as string, but got ${goTypeName(value)}`, at.path());
    }
    if (value.value === "") {
      return value;
    }
    const plain = openValue(value.value, at, options);
    if (plain.kind !== "comment") {
      mac.add(plain, true);
    }
    return { ...plain, place: value.place };
  };

  const comment = (value: Comment, at: LeafPosition): Comment => {
    if (!at.isSelected || value.text === "") {
      return markLines(value);
    }
    const text = openComment(value.text, at, options);
    if (text === null) {
      suspectComments.push(at.path());
      return markLines(value);
    }
    const opened = { ...value, text };
    comments.add(opened);
    return opened;
  };

  const decrypted = walkTree(branches, options.selection, { scalar, comment }, refuse);
  return { branches: decrypted, mac: mac.finish(), suspectComments, comments };
}

function openValue(text: string, at: LeafPosition, options: DecryptTreeOptions): Leaf {
  const parsed = parseCiphertext(text);
  if ("reason" in parsed) {
    throw refuse(`Could not decrypt value: ${parsed.reason}`, at.path());
  }
  const plaintext = unseal(parsed, options.dataKey, at.aad);
  if ("reason" in plaintext) {
    throw refuse(`Could not decrypt value: ${plaintext.reason}`, at.path());
  }
  options.collector?.add(at, parsed.type, plaintext, text);
  if (parsed.type === "comment" && at.isInList) {
    return { kind: "comment", text: decodeText(plaintext), inline: false };
  }
  if (options.asBytes && parsed.type === "str") {
    return { kind: "bytes", value: plaintext };
  }
  const value = valueFromPlaintext(parsed.type, plaintext);
  if ("reason" in value) {
    throw refuse(`Could not decrypt value: ${value.reason}`, at.path());
  }
  return value;
}

/** @returns `null` when this is no comment's ciphertext, or does not open: it is kept verbatim (crypto.md §8) */
function openComment(text: string, at: LeafPosition, options: DecryptTreeOptions): string | null {
  if (!looksEncrypted(text) || ciphertextType(text) !== "comment") {
    return null;
  }
  const parsed = parseCiphertext(text);
  if ("reason" in parsed) {
    return null;
  }
  const plaintext = unseal(parsed, options.dataKey, at.aad);
  if ("reason" in plaintext) {
    return null;
  }
  options.collector?.add(at, "comment", plaintext, text);
  return decodeText(plaintext);
}

/**
 * A clear comment may be anybody's. One line to us, it may be several to other readers, who would take the further ones
 * for entries: each gets a mark (design: lossless.md 11).
 */
function markLines(comment: Comment): Comment {
  return LINE_WITHOUT_MARK.test(comment.text)
    ? { ...comment, text: comment.text.replaceAll(LINE_WITHOUT_MARK, "$&#") }
    : comment;
}

/** The name of a value's kind as sops's messages have it. */
function goTypeName(value: Exclude<ScalarValue, { kind: "string" | "null" | "uint" }>): string {
  switch (value.kind) {
    case "float":
      return "float64";
    case "timestamp":
      return "time.Time";
    case "bytes":
      return "bytes";
    case "int":
    case "bool":
      return value.kind;
  }
}

function refuse(message: string, path: TreePath): SopsError {
  const where = path.length === 0 ? "" : ` (at ${formatTreePath(path)})`;
  return new SopsError(
    "CANNOT_DECRYPT_TREE",
    `Error decrypting tree: Error walking tree: ${message}${where}`,
    {
      details: { path },
    },
  );
}

/**
 * Compares the computed MAC with the file's (crypto.md §9.1).
 *
 * @throws SopsError MAC_MISSING, MAC_UNREADABLE, MAC_MISMATCH (exit 51); no digest in the message (security.md M2)
 */
export function checkMac(computed: string, metadata: Metadata, dataKey: Uint8Array): void {
  if (metadata.mac === "") {
    throw new SopsError("MAC_MISSING", "MAC mismatch. File has no MAC");
  }
  const recorded = unsealMac(metadata.mac, dataKey, metadata.macAad);
  if (typeof recorded !== "string") {
    throw new SopsError("MAC_UNREADABLE", `Cannot decrypt MAC: ${recorded.reason}`);
  }
  if (!equalMacs(recorded, computed)) {
    throw new SopsError("MAC_MISMATCH", "MAC mismatch. The content is not what was encrypted");
  }
}
