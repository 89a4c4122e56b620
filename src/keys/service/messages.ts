import type { MasterKey } from "../master-key.js";
import { bytesField, lastBytes, messageField, readFields } from "./protobuf.js";
import { decodeKey, encodeKey } from "./wire-keys.js";

/** What a key service does, by the path of the call (spec: keys.md §4; the service stands in no package). */
export const ENCRYPT_PATH = "/KeyService/Encrypt";
export const DECRYPT_PATH = "/KeyService/Decrypt";

const KEY = 1;
const PAYLOAD = 2;
const ANSWER = 1;

/** `EncryptRequest` or `DecryptRequest`, which look the same. */
export interface ServiceRequest {
  /** Without `enc`; `null` when the request has none, or one of a kind that is not known. */
  readonly key: MasterKey | null;
  /** The data key, or the wrapped one: a view of the message. */
  readonly payload: Uint8Array;
}

/** The message in pieces, `payload` itself among them. */
export function encodeRequest(key: MasterKey, payload: Uint8Array): Uint8Array[] {
  return [...messageField(KEY, encodeKey(key)), ...bytesField(PAYLOAD, payload)];
}

/** @throws WireError */
export function decodeRequest(message: Uint8Array): ServiceRequest {
  const fields = readFields(message);
  return { key: decodeKey(lastBytes(fields, KEY)), payload: lastBytes(fields, PAYLOAD) };
}

/** `EncryptResponse` or `DecryptResponse`, in pieces, `payload` itself among them. */
export function encodeResponse(payload: Uint8Array): Uint8Array[] {
  return bytesField(ANSWER, payload);
}

/** @returns a view of the message. @throws WireError */
export function decodeResponse(message: Uint8Array): Uint8Array {
  return lastBytes(readFields(message), ANSWER);
}
