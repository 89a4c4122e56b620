import type { KeyObject } from "node:crypto";

import type { SshPublicKey } from "./public-key.js";

/** What unwrapping needs of a private key. */
export type SshSecret =
  | { readonly type: "ssh-ed25519"; readonly seed: Uint8Array }
  | { readonly type: "ssh-rsa"; readonly key: KeyObject };

/** A private key file, read but perhaps locked. */
export interface SshKeyFile {
  /** `null` for a protected key of the old kind, whose public half only the `.pub` beside it knows. */
  readonly publicKey: SshPublicKey | null;
  readonly isProtected: boolean;
  /**
   * @param passphrase - `null` for a key that is not protected
   * @throws Error with a message for people: a wrong passphrase, a damaged key
   */
  unlock(passphrase: Uint8Array | null): SshSecret;
}

export const WRONG_PASSPHRASE = "the passphrase is wrong";
