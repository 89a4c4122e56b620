/**
 * `files/` puts bytes on disk so that a target is always whole: the old content or the new (security.md §2).
 */
import type { Runtime } from "../runtime.js";

/** What writing files needs of the machine. */
export type FileMachine = Pick<
  Runtime,
  | "fs"
  | "env"
  | "cwd"
  | "platform"
  | "tempDirectory"
  | "userId"
  | "processId"
  | "isProcessAlive"
  | "now"
  | "randomBytes"
  | "exec"
  | "onExit"
>;
