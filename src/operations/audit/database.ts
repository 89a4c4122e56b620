import type { AuditAction } from "../../support/runtime.js";

/** One row of the table `audit_event`; its time is the database's. */
export interface AuditEvent {
  readonly action: AuditAction;
  /** Login of the account that runs the program. */
  readonly username: string;
  /** Absolute path. */
  readonly file: string;
}

/** A place where events are recorded. */
export interface AuditDatabase {
  /** @throws Error where the row is not there afterwards */
  insert(event: AuditEvent): Promise<void>;
  close(): Promise<void>;
}
