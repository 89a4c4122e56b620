import type { Unusable } from "../key-type.js";
import type { MasterKey } from "../master-key.js";

/** Something that wraps and unwraps for all kinds of keys: this process, or a server (keys.md §4). */
export interface KeyService {
  /** `local`, or the URI of a remote service. */
  readonly name: string;
  /** @returns the text stored as `enc`. @throws Error when the key cannot be used here */
  wrap(key: MasterKey, dataKey: Uint8Array): Promise<string>;
  /** @returns bytes that the caller wipes. @throws Error as {@link KeyClient.unwrap} */
  unwrap(key: MasterKey): Promise<Uint8Array | Unusable>;
  /** Forgets data keys and connections; the service is not used afterwards. */
  close(): void;
}
