import { createHash } from "node:crypto";

import { messageOf } from "../../support/errors.js";
import { askLine } from "../../support/prompt.js";
import type { KeyContext } from "../key-type.js";
import { askAgent, forgetAtAgent } from "./gpg-agent.js";

type Machine = KeyContext["machine"];

export interface Passphrase {
  /** The user of it wipes them. */
  readonly bytes: Uint8Array;
  /** To be called when it was wrong, so that it is asked for the next time. */
  forget(): Promise<void>;
}

/** Asks at the terminal, for SSH keys: gpg-agent is never asked for them. @throws Error nobody could be asked */
export async function askAtTerminal(machine: Machine, question: string): Promise<Uint8Array> {
  const passphrase = await askLine(machine, `${question}: `, true).catch((error: unknown) => {
    throw new Error(`the passphrase could not be asked for: ${messageOf(error)}`, { cause: error });
  });
  return notEmpty(passphrase);
}

/**
 * The passphrase of an encrypted identity file: from gpg-agent, and only where there is none, from the terminal.
 *
 * @param file - the age file, without armor
 * @throws Error nobody could be asked, or the answer is empty
 */
export async function passphraseFor(
  machine: Machine,
  file: Uint8Array,
  question: string,
): Promise<Passphrase> {
  const id = cacheId(file);
  const remembered = await askAgent(machine, id, `${question}:`);
  if (remembered === null) {
    return {
      bytes: await askAtTerminal(machine, question),
      forget: () => Promise.resolve(),
    };
  }
  const forget = (): Promise<void> => forgetAtAgent(machine, id);
  if (remembered.length === 0) {
    await forget();
  }
  return { bytes: notEmpty(remembered), forget };
}

function notEmpty(passphrase: Uint8Array): Uint8Array {
  if (passphrase.length === 0) {
    throw new Error("the passphrase is empty");
  }
  return passphrase;
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Under which name gpg-agent keeps the passphrase of an age file, the same as with sops (keys.md §5.3). */
export function cacheId(file: Uint8Array): string {
  const digest = createHash("sha256").update(file).digest();
  let id = "";
  let bits = 0;
  let width = 0;
  for (const byte of digest.subarray(0, 25)) {
    bits = ((bits << 8) | byte) & 0xfff;
    width += 8;
    while (width >= 5) {
      width -= 5;
      id += BASE32.charAt((bits >> width) & 31);
    }
  }
  return `SopsAge${id}`;
}
