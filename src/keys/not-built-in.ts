import { SopsError } from "../support/errors.js";

/** A kind of key or recipient that this version reads and keeps, but cannot use. */
export function notBuiltIn(what: string): SopsError {
  return new SopsError("KEY_TYPE_NOT_BUILT_IN", `${what} are not built in yet`);
}
