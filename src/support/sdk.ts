import { SopsError } from "./errors.js";
import { systemErrorCode } from "./system-error.js";

/**
 * Loads a library that is installed only where it is needed.
 *
 * @param purpose what it is needed for, as the end of "… is needed to"
 * @throws SopsError SDK_UNAVAILABLE
 */
export async function loadSdk<T>(
  name: string,
  purpose: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (systemErrorCode(cause) !== "ERR_MODULE_NOT_FOUND") {
      throw cause;
    }
    throw new SopsError("SDK_UNAVAILABLE", `the package ${name} is needed to ${purpose}`, {
      hint: `install it beside leafseal: npm install ${name} (with --global where leafseal is global)`,
      cause,
    });
  }
}
