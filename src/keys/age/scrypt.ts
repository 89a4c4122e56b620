import { scrypt } from "node:crypto";

import { concatBytes, encodeText } from "../../support/text.js";
import {
  argumentsOf,
  DamagedStanzaError,
  decodeUnpadded,
  openFileKey,
  type AgeIdentity,
  type Stanza,
} from "./stanza.js";

const TYPE = "scrypt";
const LABEL = "age-encryption.org/v1/scrypt";
const SALT_LENGTH = 16;
/** As the age program: it writes 18, four gigabytes of memory are the most it takes. */
const MAX_WORK_FACTOR = 22;
const BLOCK_SIZE = 8;

/** Whether the file is protected by a passphrase, which then is its only way in. */
export function isPassphraseProtected(stanzas: readonly Stanza[]): boolean {
  const isOne = stanzas.some(({ args }) => args[0] === TYPE);
  if (isOne && stanzas.length !== 1) {
    throw new DamagedStanzaError(TYPE);
  }
  return isOne;
}

export function createScryptIdentity(passphrase: Uint8Array): AgeIdentity {
  return {
    async unwrap({ stanzas }) {
      const [stanza] = stanzas;
      if (stanza === undefined || !isPassphraseProtected(stanzas)) {
        return null;
      }
      const [saltText = "", factor = ""] = argumentsOf(stanza, 2);
      const salt = decodeUnpadded(saltText);
      if (salt?.length !== SALT_LENGTH || !/^[1-9][0-9]?$/.test(factor)) {
        throw new DamagedStanzaError(TYPE);
      }
      const logN = Number(factor);
      if (logN > MAX_WORK_FACTOR) {
        throw new DamagedStanzaError(TYPE);
      }
      const key = await derive(passphrase, concatBytes([encodeText(LABEL), salt]), 2 ** logN);
      return openFileKey(stanza.body, key, TYPE);
    },
  };
}

function derive(passphrase: Uint8Array, salt: Uint8Array, cost: number): Promise<Uint8Array> {
  const needed = 128 * BLOCK_SIZE * (cost + 2);
  return new Promise((resolve, reject) => {
    const options = { N: cost, r: BLOCK_SIZE, p: 1, maxmem: needed + 1024 };
    scrypt(passphrase, salt, 32, options, (error, key) => {
      if (error === null) {
        resolve(new Uint8Array(key));
      } else {
        reject(new Error("the passphrase cannot be tried: there is not enough memory for it"));
      }
    });
  });
}
