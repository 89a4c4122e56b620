/** The library: encrypt, decrypt and inspect files that sops reads and writes too. Typed errors only. */
export {
  decrypt,
  encrypt,
  inspect,
  type DecryptBytesOptions,
  type EncryptBytesOptions,
  type Inspection,
  type LibraryEnvironment,
} from "./operations/library.js";
export { detectFormat } from "./formats/detect.js";
export type { FormatId } from "./formats/store.js";
export type { Layout } from "./config/stores.js";
export type { SelectionSettings } from "./document/selection.js";
export type { KeyTypeId } from "./keys/master-key.js";
export { DataKeyError } from "./support/data-key-error.js";
export { ParseError, SopsError } from "./support/errors.js";
export { ERROR_CODES, type ErrorCode } from "./support/error-codes.js";
