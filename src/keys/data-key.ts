/** The data key: 32 random bytes a file, wrapped for every master key (spec: crypto.md §2, keys.md §2, §3). */
import { settleAll } from "../support/concurrency.js";
import {
  DataKeyError,
  namedReason,
  type GroupOutcome,
  type KeyOutcome,
  type UnwrapAttempt,
} from "../support/data-key-error.js";
import { messageOf, SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";
import { sortForDecryption } from "./decryption-order.js";
import type { KeyGroup } from "./key-group.js";
import { isUnusable, type Unusable } from "./key-type.js";
import type { KeyTypeId, MasterKey } from "./master-key.js";
import { keyTypeOf } from "./registry.js";
import type { KeyService } from "./service/key-service.js";
import { combineShares, splitSecret } from "./shamir.js";

const DATA_KEY_LENGTH = 32;
const SHARE_LENGTH = DATA_KEY_LENGTH + 1;
const MIN_SHARES = 2;
const WRAPS_AT_A_TIME = 8;

/** @returns 32 bytes; the caller wipes them */
export function generateDataKey(machine: Pick<Runtime, "randomBytes">): Uint8Array {
  return machine.randomBytes(DATA_KEY_LENGTH);
}

export interface WrapOptions {
  /** `shamir_threshold`; 0 or absent: all groups. Without meaning for one group. */
  readonly threshold?: number | undefined;
  readonly services: readonly KeyService[];
  readonly machine: Pick<Runtime, "now" | "randomBytes">;
}

export interface WrappedDataKey {
  /** The given groups with new `enc`; a key without `createdAt` has got one, the others keep theirs. */
  readonly groups: readonly KeyGroup[];
  /** The threshold to store. */
  readonly threshold: number;
}

/**
 * Wraps the data key, or a share of it for each of several groups, for every key.
 *
 * @throws SopsError DATA_KEY_GENERATION listing every failure; nothing is half done
 */
export async function wrapDataKey(
  dataKey: Uint8Array,
  groups: readonly KeyGroup[],
  options: WrapOptions,
): Promise<WrappedDataKey> {
  if (groups.length === 0 || groups.some((group) => group.length === 0)) {
    throw generationError(["empty key group provided"]);
  }
  if (options.services.length === 0) {
    throw generationError(["no key services provided, so no master key can be used"]);
  }
  const threshold = groupsRequired(groups.length, options.threshold ?? 0);
  const parts = deal(dataKey, groups.length, threshold, options);
  try {
    const tasks = groups.flatMap((group, index) =>
      group.map((key) => ({ key, part: parts[index] ?? dataKey })),
    );
    const results = await settleAll(tasks, WRAPS_AT_A_TIME, ({ key, part }) =>
      wrapForKey(key, part, options),
    );
    const failures = results.filter((result) => result.status === "rejected");
    if (failures.length > 0) {
      throw generationError(failures.map((failure) => messageOf(failure.reason)));
    }
    const wrapped = results.flatMap((r) => (r.status === "fulfilled" ? [r.value] : []));
    let next = 0;
    return {
      groups: groups.map((group) => wrapped.slice(next, (next += group.length))),
      threshold: groups.length === 1 ? (options.threshold ?? 0) : threshold,
    };
  } finally {
    for (const part of parts) {
      part.fill(0);
    }
  }
}

/** Number of groups that must open: 0 means all (keys.md §3). */
function groupsRequired(groups: number, threshold: number): number {
  return threshold === 0 ? groups : threshold;
}

function deal(
  dataKey: Uint8Array,
  groups: number,
  threshold: number,
  options: WrapOptions,
): Uint8Array[] {
  if (groups === 1) {
    return [];
  }
  try {
    return splitSecret(dataKey, groups, threshold, options.machine.randomBytes);
  } catch (error) {
    throw generationError([`could not split data key into parts for Shamir: ${messageOf(error)}`]);
  }
}

/** spec: cli.md §13, the exact form; for an empty group it is the whole of standard error */
function generationError(reasons: readonly string[]): SopsError {
  return new SopsError(
    "DATA_KEY_GENERATION",
    `Could not generate data key: [${reasons.join(" ")}]`,
    { hint: null },
  );
}

async function wrapForKey(
  key: MasterKey,
  part: Uint8Array,
  options: WrapOptions,
): Promise<MasterKey> {
  const reasons: string[] = [];
  for (const service of options.services) {
    try {
      const wrapped = { ...key, enc: await service.wrap(key, part) };
      return keyTypeOf(key.type).hasCreatedAt
        ? { ...wrapped, createdAt: key.createdAt ?? wholeSeconds(options.machine.now()) }
        : wrapped;
    } catch (error) {
      reasons.push(namedReason({ service: service.name, reason: messageOf(error) }));
    }
  }
  throw new Error(
    `failed to encrypt new data key with master key "${showText(key.display)}": ${reasons.join("; ")}`,
  );
}

function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

export interface RecoverOptions {
  /** `shamir_threshold` of the file; 0: all groups. */
  readonly threshold: number;
  readonly order: readonly KeyTypeId[];
  readonly services: readonly KeyService[];
}

/**
 * Recovers the data key of a file.
 *
 * Groups are tried in the order of the file, the keys of each in `order`; the first success opens the group, and
 * enough open groups end the search.
 *
 * @returns 32 bytes; the caller wipes them
 * @throws DataKeyError with every attempt when too few groups open; never for a single failing key
 */
export async function recoverDataKey(
  groups: readonly KeyGroup[],
  options: RecoverOptions,
): Promise<Uint8Array> {
  const isShared = groups.length > 1;
  const required = isShared
    ? Math.max(MIN_SHARES, groupsRequired(groups.length, options.threshold))
    : 1;
  const length = isShared ? SHARE_LENGTH : DATA_KEY_LENGTH;
  const parts: Uint8Array[] = [];
  const outcomes: GroupOutcome[] = [];
  try {
    for (const group of groups) {
      if (parts.length === required) {
        break;
      }
      const keys: KeyOutcome[] = [];
      const part = await openGroup(sortForDecryption(group, options.order), length, options, keys);
      outcomes.push({ isRecovered: part !== null, keys });
      if (part !== null) {
        parts.push(part);
      }
    }
    if (parts.length < required) {
      throw new DataKeyError(outcomes, isShared ? required : 0);
    }
    return join(parts);
  } finally {
    for (const part of parts) {
      part.fill(0);
    }
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) {
    return first.slice();
  }
  try {
    return combineShares(parts);
  } catch (cause) {
    throw new SopsError(
      "INVALID_SHARES",
      `the parts of the data key do not belong together: ${messageOf(cause)}`,
      { cause, exitCode: 128 },
    );
  }
}

async function openGroup(
  group: KeyGroup,
  length: number,
  options: RecoverOptions,
  failed: KeyOutcome[],
): Promise<Uint8Array | null> {
  for (const key of group) {
    const attempts: UnwrapAttempt[] = [];
    for (const service of options.services) {
      const result = await unwrapWith(service, key, length);
      if (result instanceof Uint8Array) {
        return result;
      }
      attempts.push(result);
    }
    failed.push({ type: key.type, display: key.display, attempts });
  }
  return null;
}

async function unwrapWith(
  service: KeyService,
  key: MasterKey,
  length: number,
): Promise<Uint8Array | UnwrapAttempt> {
  let result: Uint8Array | Unusable;
  try {
    result = await service.unwrap(key);
  } catch (error) {
    return { service: service.name, outcome: "failed", reason: messageOf(error) };
  }
  if (isUnusable(result)) {
    return { service: service.name, outcome: "unusable", reason: result.reason };
  }
  if (result.length !== length) {
    // spec: security.md C2
    const reason = `the wrapped key holds ${result.length} bytes, not ${length}`;
    result.fill(0);
    return { service: service.name, outcome: "failed", reason };
  }
  return result;
}
