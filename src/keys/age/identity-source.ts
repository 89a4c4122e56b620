import type { AgeIdentity } from "./stanza.js";

/** The later ones ask somebody: a program, which may ask for a touch or a PIN; the person, for a passphrase. */
export type Turn = "at-once" | "after-programs" | "after-questions";

/** An identity that may open a file. */
export interface Candidate {
  readonly identity: AgeIdentity;
  /** When its turn comes, whatever the order of the sources. */
  readonly turn: Turn;
  /** Its public side, or what became of it, for the failure report. Never key material. */
  describe(): Promise<string>;
}

/** One place where identities may be, after looking (keys.md §5.2). */
export interface IdentitySource {
  /** Name of the variable, or the path of the default file; not yet safe to show. */
  readonly name: string;
  readonly candidates: readonly Candidate[];
  /** What could not be used, without any of the content; empty when all is well. */
  readonly problems: readonly string[];
  /** Nothing is there: the variable is not set, the file does not exist. */
  readonly isAbsent: boolean;
}

export function absent(name: string): IdentitySource {
  return { name, candidates: [], problems: [], isAbsent: true };
}

export function problem(name: string, reason: string): IdentitySource {
  return { name, candidates: [], problems: [reason], isAbsent: false };
}

export function found(name: string, candidates: readonly Candidate[]): IdentitySource {
  return { name, candidates, problems: [], isAbsent: false };
}
