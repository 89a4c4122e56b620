import { equalScalars } from "../document/compare.js";
import { compileSelection } from "../document/selection.js";
import type { ScalarValue, TreeBranch } from "../document/tree.js";
import { formatTreePath, walkTree, type TreePath } from "../document/walk.js";
import { SopsError } from "../support/errors.js";

import type { Encryption } from "./encryption.js";
import type { PlainDocument } from "./plain-document.js";

interface PlacedScalar {
  readonly value: ScalarValue;
  readonly path: TreePath;
}

/**
 * An alias that stays clear may not publish a value that is encrypted where it is defined (lossless.md point 7); sops
 * writes the clear copy.
 *
 * @throws SopsError PLAINTEXT_ALIAS (exit 23) naming both paths, unless it is allowed
 */
export function judgeAliases(
  { source, plainStore }: PlainDocument,
  encryption: Encryption,
  options: { readonly allowPlaintext: boolean; readonly warn: (message: string) => void },
): void {
  const origins = plainStore.aliasOrigins?.(source);
  if (origins === undefined || origins.size === 0) {
    return;
  }
  const plain = scalarsByPlace(source.branches);
  const encrypted = scalarsByPlace(encryption.tree.branches);
  const isEncrypted = (place: number): boolean => {
    const [before, after] = [plain.get(place), encrypted.get(place)];
    return before !== undefined && after !== undefined && !equalScalars(before.value, after.value);
  };
  for (const [copy, origin] of origins) {
    const [clear, secret] = [plain.get(copy), plain.get(origin)];
    if (clear !== undefined && secret !== undefined && isEncrypted(origin) && !isEncrypted(copy)) {
      const found = `the alias at ${formatTreePath(clear.path)} shows in clear the value encrypted at ${formatTreePath(secret.path)}`;
      if (!options.allowPlaintext) {
        throw new SopsError("PLAINTEXT_ALIAS", `Error encrypting tree: ${found}`, {
          details: { alias: clear.path, target: secret.path },
        });
      }
      options.warn(found);
    }
  }
}

function scalarsByPlace(branches: readonly TreeBranch[]): Map<number, PlacedScalar> {
  const scalars = new Map<number, PlacedScalar>();
  walkTree(
    branches,
    compileSelection({}),
    {
      scalar(value, at) {
        if (value.place !== undefined) {
          scalars.set(value.place, { value, path: at.path() });
        }
        return value;
      },
      comment: (comment) => comment,
    },
    (message) => new SopsError("INTERNAL", message),
  );
  return scalars;
}
