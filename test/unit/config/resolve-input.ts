import type { LoadedConfig } from "../../../src/config/load.js";
import type { EncryptionInput } from "../../../src/config/resolve.js";
import type { KeyTypeId } from "../../../src/keys/master-key.js";
import { AGE_RECIPIENT_2 } from "../../support/vectors.js";
import { configOf } from "./config-text.js";

export interface InputOverrides extends Partial<Omit<EncryptionInput, "recipients">> {
  readonly recipients?: Partial<Record<KeyTypeId, string>>;
}

/** `a.yaml` in `/repo`, nothing given. */
export function inputOf({ recipients = {}, ...overrides }: InputOverrides = {}): EncryptionInput {
  return {
    machine: { cwd: "/repo", platform: "linux" },
    file: "a.yaml",
    isBinary: false,
    recipients: new Map(Object.entries(recipients) as [KeyTypeId, string][]),
    selection: {},
    macOnlyEncrypted: false,
    shamirThreshold: 0,
    ...overrides,
  };
}

/** `-` stands for no file. */
export function configFrom(text: string): LoadedConfig | null {
  return text === "-" ? null : configOf(text);
}

/** One rule, which does not match `a.yaml`. */
export const ELSEWHERE: string = `creation_rules: [{path_regex: ^elsewhere/, age: ${AGE_RECIPIENT_2}}]`;
