import type { EncryptionPlan } from "../../config/resolve.js";
import { loadStore } from "../../formats/registry.js";
import type { FormatId } from "../../formats/store.js";
import type { KeyTypeId } from "../../keys/master-key.js";

import { compareKeys } from "../compare-keys.js";
import type { EncryptedDocument } from "../encrypted-document.js";
import { keyGroupsOf } from "../key-metadata.js";
import { createFileKey, encryptNewFile, type NewFileKey, type NewFilePlan } from "../new-file.js";
import type { KeyPlan } from "../options.js";
import { openForChange, plainTextOf } from "../rewrite.js";
import type { Run } from "../run.js";

/** How the recipients of a copy differ from those of its file. */
export function planOfCopy(
  file: string,
  { metadata }: EncryptedDocument,
  { groups, threshold }: EncryptionPlan,
): KeyPlan {
  // Without a threshold all of several groups are needed (config.md §5).
  const after = threshold === 0 && groups.length > 1 ? groups.length : threshold;
  return {
    file,
    groups: compareKeys(keyGroupsOf(metadata), groups),
    threshold: { before: metadata.shamirThreshold, after },
  };
}

/**
 * A copy of an encrypted file for other recipients: a new data key, selection and MAC settings of the rule
 * (decisions.md, Verbs).
 *
 * @throws SopsError as decrypting and encrypting a new file; a rule that encrypts nothing is refused
 */
export async function recreate(
  bytes: Uint8Array,
  plan: NewFilePlan & { readonly file: string },
  order: readonly KeyTypeId[],
  run: Run,
): Promise<Uint8Array> {
  const plain = await decryptFor(bytes, plan.file, plan.input, order, run);
  let key: NewFileKey | null = null;
  try {
    return await encryptNewFile(
      plain,
      plan,
      async () => (key = await createFileKey(plan, run)),
      { allowPlaintext: false, allowInexact: false },
      run,
    );
  } finally {
    (key as NewFileKey | null)?.dataKey.fill(0);
  }
}

async function decryptFor(
  bytes: Uint8Array,
  file: string,
  format: FormatId,
  order: readonly KeyTypeId[],
  run: Run,
): Promise<Uint8Array> {
  const opened = await openForChange(
    bytes,
    format,
    { ignoreMac: false, order, audited: { file } },
    run,
  );
  try {
    return plainTextOf(opened) ?? (await loadStore(format)).emit(opened.canonical, {});
  } finally {
    opened.close();
  }
}
