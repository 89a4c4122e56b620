/** All identities of the run, tried in turn (spec: keys.md §5.2). */
import * as path from "node:path";

import { messageOf } from "../../support/errors.js";
import { showText } from "../../support/text.js";
import type { KeyContext } from "../key-type.js";
import type { Candidate, IdentitySource, Turn } from "./identity-source.js";
import { loadDefaultSshFile, loadSshCommand, loadSshFileVariable } from "./ssh/sources.js";
import { DamagedFileError, type WrappedFileKey } from "./stanza.js";
import {
  loadDefaultKeyFile,
  loadKeyCommand,
  loadKeyFileVariable,
  loadKeyVariable,
} from "./text-sources.js";

const SSH_COMMAND = "SOPS_AGE_SSH_PRIVATE_KEY_CMD";

/** One try to open one wrapped key. */
export interface Attempt {
  /**
   * @returns `null` when no identity fits, or none of those that fit could be used
   * @throws DamagedFileError
   */
  unwrap(wrapped: WrappedFileKey): Promise<Uint8Array | null>;
  /** Why nothing opened it, source by source. Public facts only; lines separated by line feeds. */
  report(): Promise<string>;
}

/** A source that is looked at when it is needed, and then once for all who share it. */
interface Slot {
  /** Looked at only for a stanza of an SSH key. */
  readonly isForSsh: boolean;
  load(): Promise<IdentitySource>;
  isLoaded(): boolean;
}

interface Slots {
  /** Shared by all recipients of the run. */
  readonly fixed: Readonly<Record<"sshFile" | "key" | "keyFile" | "keyDefault", Slot>>;
  readonly sshDefaults: readonly Slot[];
  /** Commands are told the recipient, so each recipient has its own. */
  readonly byRecipient: Map<string, readonly Slot[]>;
}

const slotsOfRuns = new WeakMap<KeyContext, Slots>();

/** @param recipient - of the wrapped key, for the key commands only */
export function createAttempt(recipient: string, context: KeyContext): Attempt {
  let slots = slotsOfRuns.get(context);
  if (slots === undefined) {
    slots = createSlots(context);
    slotsOfRuns.set(context, slots);
  }
  let inOrder = slots.byRecipient.get(recipient);
  if (inOrder === undefined) {
    inOrder = orderSlots(slots, recipient, context);
    slots.byRecipient.set(recipient, inOrder);
  }
  return attemptWith(inOrder, context);
}

function createSlots(context: KeyContext): Slots {
  const { homeDirectory } = context.machine;
  const sshFiles =
    homeDirectory === null
      ? []
      : ["id_ed25519", "id_rsa"].map((name) => path.join(homeDirectory, ".ssh", name));
  return {
    fixed: {
      sshFile: createSlot(true, () => loadSshFileVariable(context)),
      key: createSlot(false, () => loadKeyVariable(context)),
      keyFile: createSlot(false, () => loadKeyFileVariable(context)),
      keyDefault: createSlot(false, () => loadDefaultKeyFile(context)),
    },
    sshDefaults: sshFiles.map((file) => createSlot(true, () => loadDefaultSshFile(file, context))),
    byRecipient: new Map(),
  };
}

function orderSlots(
  { fixed, sshDefaults }: Slots,
  recipient: string,
  context: KeyContext,
): readonly Slot[] {
  return [
    fixed.sshFile,
    createSlot(true, () => loadSshCommand(context, recipient)),
    ...sshDefaults,
    fixed.key,
    fixed.keyFile,
    createSlot(false, () => loadKeyCommand(context, recipient)),
    fixed.keyDefault,
  ];
}

function createSlot(isForSsh: boolean, look: () => IdentitySource | Promise<IdentitySource>): Slot {
  let source: Promise<IdentitySource> | undefined;
  return {
    isForSsh,
    load: () => (source ??= Promise.resolve(look())),
    isLoaded: () => source !== undefined,
  };
}

interface Failure {
  readonly source: IdentitySource;
  readonly reason: string;
}

function attemptWith(slots: readonly Slot[], context: KeyContext): Attempt {
  const failures: Failure[] = [];
  return {
    async unwrap(wrapped) {
      const isForSsh = wrapped.stanzas.some(({ args }) => args[0]?.startsWith("ssh-") === true);
      const later: Offer[] = [];
      for (const slot of slots.filter((each) => isForSsh || !each.isForSsh)) {
        const source = await slot.load();
        const offers = source.candidates.map((candidate) => ({ source, candidate }));
        later.push(...offers.filter(({ candidate }) => candidate.turn !== "at-once"));
        const fileKey = await tryOffers(offers, "at-once", wrapped, failures);
        if (fileKey !== null) {
          return fileKey;
        }
      }
      return (
        (await tryOffers(later, "after-programs", wrapped, failures)) ??
        (await tryOffers(later, "after-questions", wrapped, failures))
      );
    },

    report: () => report(slots, failures, context),
  };
}

interface Offer {
  readonly source: IdentitySource;
  readonly candidate: Candidate;
}

/** Those whose turn it is. One that cannot be used does not keep the others from being tried. */
async function tryOffers(
  offers: readonly Offer[],
  turn: Turn,
  wrapped: WrappedFileKey,
  failures: Failure[],
): Promise<Uint8Array | null> {
  for (const { source, candidate } of offers.filter((offer) => offer.candidate.turn === turn)) {
    try {
      const fileKey = await candidate.identity.unwrap(wrapped);
      if (fileKey !== null) {
        return fileKey;
      }
    } catch (error) {
      if (error instanceof DamagedFileError) {
        throw error;
      }
      failures.push({ source, reason: messageOf(error) });
    }
  }
  return null;
}

async function report(
  slots: readonly Slot[],
  failures: readonly Failure[],
  { machine }: KeyContext,
): Promise<string> {
  const lines: string[] = [];
  const missing: string[] = [];
  let count = 0;
  for (const [index, slot] of slots.entries()) {
    // The second is the command for an SSH key: it may ask somebody, and nothing would come of it.
    if (index === 1 && !slot.isLoaded() && machine.env[SSH_COMMAND] !== undefined) {
      lines.push(`${SSH_COMMAND}: not run, for the wrapped key is for no SSH key`);
      continue;
    }
    const source = await slot.load();
    count += source.candidates.length;
    lines.push(...(await linesOf(source, failures)));
    if (source.isAbsent) {
      missing.push(`'${showText(source.name)}'`);
    }
  }
  if (missing.length > 0) {
    lines.push(`Did not find keys in locations ${missing.join(", ")}.`);
  }
  const headline =
    count === 0 ? "no age identity was found" : "no identity matched any of the recipients";
  return [headline, ...lines].join("\n");
}

/** More would bury what matters. */
const MAX_SHOWN = 8;

async function linesOf(source: IdentitySource, failures: readonly Failure[]): Promise<string[]> {
  const shown = source.candidates.slice(0, MAX_SHOWN);
  const descriptions = await Promise.all(shown.map((candidate) => candidate.describe()));
  const more = source.candidates.length - shown.length;
  const holdings = [...descriptions, ...(more > 0 ? [`${more} more`] : [])];
  const reasons = failures.filter((each) => each.source === source).map(({ reason }) => reason);
  return [
    ...(holdings.length > 0 ? [`holds ${holdings.join(", ")}`] : []),
    ...source.problems,
    ...reasons,
  ].map((text) => `${showText(source.name)}: ${text}`);
}
