import { SopsError } from "../support/errors.js";
import { encodeText } from "../support/text.js";

import type { CiphertextPool } from "./ciphertext-pool.js";
import { createMacHasher, type MacHasher } from "./mac.js";
import { plaintextOf, typeOf } from "./plaintext.js";
import type { Selection } from "./selection.js";
import type { Comment, ScalarValue, TreeBranch } from "./tree.js";
import { ciphertextType, IV_LENGTH, seal } from "./value-cipher.js";
import {
  formatTreePath,
  walkTree,
  type LeafPosition,
  type TreePath,
  type WalkHandler,
} from "./walk.js";

export interface EncryptTreeOptions {
  /** 32 bytes. */
  readonly dataKey: Uint8Array;
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
  /** Take the nearest double for a whole number that none holds exactly, as sops does. */
  readonly allowInexact: boolean;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Ciphertexts of the file under the same data key, to be kept where nothing changed. */
  readonly reuse?: CiphertextPool | undefined;
}

export interface EncryptedTree {
  readonly branches: TreeBranch[];
  /** Plain MAC: 128 upper-case hexadecimal digits. */
  readonly mac: string;
  readonly counts: LeafCounts;
  /** Those of `branches` that were encrypted. */
  readonly comments: ReadonlySet<Comment>;
  /** Paths of numbers that were rounded; only with `allowInexact`. */
  readonly inexact: readonly TreePath[];
}

/** Non-empty values, comments aside. */
export interface LeafCounts {
  readonly values: number;
  readonly encrypted: number;
}

/**
 * Encrypts the selected leaves of a plain tree; the others, empty strings and nulls stay.
 *
 * @throws SopsError CANNOT_ENCRYPT_TREE, INEXACT_NUMBER (exit 23), naming the path
 */
export function encryptTree(
  branches: readonly TreeBranch[],
  options: EncryptTreeOptions,
): EncryptedTree {
  const encryption = new TreeEncryption(options);
  return {
    branches: walkTree(branches, options.selection, encryption, refuse),
    mac: encryption.mac.finish(),
    counts: encryption.counts,
    comments: encryption.comments,
    inexact: encryption.inexact,
  };
}

class TreeEncryption implements WalkHandler {
  readonly mac: MacHasher;
  readonly counts = { values: 0, encrypted: 0 };
  readonly inexact: TreePath[] = [];
  readonly comments = new Set<Comment>();
  readonly #options: EncryptTreeOptions;
  readonly #nextIv: () => Uint8Array;

  constructor(options: EncryptTreeOptions) {
    this.#options = options;
    this.mac = createMacHasher(options.macOnlyEncrypted);
    this.#nextIv = createIvSource(options.randomBytes);
  }

  scalar(value: ScalarValue, at: LeafPosition): ScalarValue {
    if (value.kind === "null") {
      return value;
    }
    if (value.kind === "uint") {
      throw refuse("Cannot walk value, unknown type: uint64", at.path());
    }
    if (value.kind === "float" && value.inexact === true) {
      this.#noteInexact(at.path());
    }
    this.mac.add(value, at.isSelected);
    if (isEmptyText(value)) {
      return value;
    }
    this.counts.values += 1;
    if (!at.isSelected) {
      return value;
    }
    this.counts.encrypted += 1;
    const text = this.#seal(plaintextOf(value), typeOf(value), at);
    return { kind: "string", value: text, place: value.place };
  }

  comment(value: Comment, at: LeafPosition): Comment {
    const { selection, reuse } = this.#options;
    // Ciphertext that did not open, as in files whose comments sops has moved: kept as it is, not sealed once more.
    const isKept = reuse !== undefined && ciphertextType(value.text) === "comment";
    if (!at.isSelected || value.text === "" || isKept) {
      return value;
    }
    const text = this.#seal(encodeText(value.text), "comment", at);
    if (
      selection.by === "comment" &&
      !selection.encryptsMatches &&
      selection.matchesComment(text)
    ) {
      throw refuse(
        "Encrypted comment matches UnencryptedCommentRegex! Choose a pattern that ciphertext cannot match",
        at.path(),
      );
    }
    const encrypted = { ...value, text };
    this.comments.add(encrypted);
    return encrypted;
  }

  #seal(plaintext: Uint8Array, type: string, at: LeafPosition): string {
    const { dataKey, reuse } = this.#options;
    return (
      reuse?.take(at, type, plaintext) ?? seal(plaintext, type, dataKey, at.aad, this.#nextIv())
    );
  }

  #noteInexact(path: TreePath): void {
    if (!this.#options.allowInexact) {
      throw new SopsError(
        "INEXACT_NUMBER",
        `Error encrypting tree: the number at ${formatTreePath(path)} has more digits than the file format can keep`,
        { details: { path } },
      );
    }
    this.inexact.push(path);
  }
}

function isEmptyText(value: ScalarValue): boolean {
  return (value.kind === "string" || value.kind === "bytes") && value.value.length === 0;
}

function refuse(message: string, path: TreePath): SopsError {
  const where = path.length === 0 ? "" : ` (at ${formatTreePath(path)})`;
  return new SopsError(
    "CANNOT_ENCRYPT_TREE",
    `Error encrypting tree: Error walking tree: ${message}${where}`,
    {
      details: { path },
    },
  );
}

/** Random IVs out of one pool: a call to the system's generator for every value would cost more than the cipher. */
function createIvSource(randomBytes: (length: number) => Uint8Array): () => Uint8Array {
  const batch = 64;
  let pool = new Uint8Array(0);
  let offset = 0;
  return () => {
    if (offset >= pool.length) {
      pool = new Uint8Array(randomBytes(batch * IV_LENGTH));
      offset = 0;
    }
    offset += IV_LENGTH;
    return pool.subarray(offset - IV_LENGTH, offset);
  };
}
