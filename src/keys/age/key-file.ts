import { describeSystemError, systemErrorCode } from "../../support/system-error.js";
import { showText } from "../../support/text.js";
import type { KeyContext } from "../key-type.js";
import { absent, problem, type IdentitySource } from "./identity-source.js";

const MAX_LENGTH = 16 * 1024 * 1024;

/**
 * @param name - of the source that names the file
 * @returns the content, which is secret, or why there is none
 */
export function readKeyFile(
  name: string,
  file: string,
  context: KeyContext,
  mayBeMissing: boolean,
): Uint8Array | IdentitySource {
  const { fs, platform } = context.machine;
  try {
    const bytes = fs.readFileSync(file);
    const stat = fs.statSync(file);
    // spec: security.md T6
    if (platform !== "win32" && stat.isFile() && (stat.mode & 0o004) !== 0) {
      context.warn(`the age key file ${showText(file)} is readable by other users; chmod 600 it`);
    }
    return bytes.length > MAX_LENGTH ? problem(name, "is longer than 16 MiB") : bytes;
  } catch (error) {
    const code = systemErrorCode(error);
    return mayBeMissing && (code === "ENOENT" || code === "ENOTDIR")
      ? absent(name)
      : problem(name, `cannot be read: ${describeSystemError(error)}`);
  }
}
