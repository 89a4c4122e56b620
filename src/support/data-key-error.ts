import { SopsError } from "./errors.js";

/** One try to unwrap with one key service. */
export interface UnwrapAttempt {
  /** `local`, or the URI of a remote service. */
  readonly service: string;
  /** `unusable`: the key is for somebody else; `failed`: damaged, or the service did not work. */
  readonly outcome: "unusable" | "failed";
  /** Lines separated by line feeds; never key material. */
  readonly reason: string;
}

/** The name of the key service that is this process itself. */
export const LOCAL_SERVICE = "local";

/** The reason, told with the service that it comes from unless that is this process. */
export function namedReason({
  service,
  reason,
}: Pick<UnwrapAttempt, "service" | "reason">): string {
  return service === LOCAL_SERVICE ? reason : `${service}: ${reason}`;
}

export interface KeyOutcome {
  readonly type: string;
  /** Identity string of keys.md §1.2, as the file has it: not yet safe to show (security.md M3). */
  readonly display: string;
  readonly attempts: readonly UnwrapAttempt[];
}

export interface GroupOutcome {
  readonly isRecovered: boolean;
  /** What was tried in vain, in the order of trying. */
  readonly keys: readonly KeyOutcome[];
}

/** No data key, exit 128: what was tried, group by group, as data (spec: keys.md §2.3). */
export class DataKeyError extends SopsError {
  readonly groups: readonly GroupOutcome[];
  /** Groups needed; 0 for a file with one group. */
  readonly required: number;
  readonly recovered: number;

  constructor(groups: readonly GroupOutcome[], required: number) {
    const recovered = groups.filter((group) => group.isRecovered).length;
    // spec: cli.md §13, the first line is a phrase that other programs look for
    super("DATA_KEY_UNAVAILABLE", "Failed to get the data key required to decrypt the SOPS file.", {
      details: { groups, required, recovered },
    });
    this.name = "DataKeyError";
    this.groups = groups;
    this.required = required;
    this.recovered = recovered;
  }
}
