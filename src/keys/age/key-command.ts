import { messageOf } from "../../support/errors.js";
import { splitShellWords } from "../../support/shell-words.js";
import type { KeyContext } from "../key-type.js";
import { absent, problem, type IdentitySource } from "./identity-source.js";

/**
 * Runs the command of a variable, without a shell; it finds the recipient in SOPS_AGE_RECIPIENT (keys.md §5.2).
 *
 * @returns its standard output, which is secret, or why there is none
 */
export async function runKeyCommand(
  name: string,
  recipient: string,
  { machine }: KeyContext,
): Promise<Uint8Array | IdentitySource> {
  const { env, exec } = machine;
  const text = env[name];
  if (text === undefined) {
    return absent(name);
  }
  const words = splitShellWords(text);
  if (words === null) {
    return problem(name, "a quote is not closed, or the text ends in a backslash");
  }
  const [command, ...args] = words;
  if (command === undefined) {
    return problem(name, "is set but empty");
  }
  try {
    const result = await exec({ command, args, env: { ...env, SOPS_AGE_RECIPIENT: recipient } });
    if (result.exitCode === 0) {
      return result.stdout;
    }
    const how = result.exitCode === null ? "a signal" : `exit status ${result.exitCode}`;
    return problem(name, `the command ended with ${how}`);
  } catch (error) {
    return problem(name, messageOf(error));
  }
}
