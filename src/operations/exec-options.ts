import type { ConfigOptions, KeyServiceOptions } from "./options.js";

/** What `exec-env` and `exec-file` have in common. */
export interface ExecOptions extends ConfigOptions, KeyServiceOptions {
  readonly file: string;
  /** One text for the shell. */
  readonly command: string;
  readonly inputType?: string | undefined;
  readonly ignoreMac: boolean;
  readonly decryptionOrder?: string | undefined;
  /** Starts the command and leaves it alone. */
  readonly background: boolean;
  /** Name of the user to become before anything is started. */
  readonly user?: string | undefined;
  /** The command does not get the variables that lead to our private keys (security.md X8). */
  readonly hideKeyVariables: boolean;
}

export interface ExecEnvOptions extends ExecOptions {
  /** Nothing of the own environment. */
  readonly pristine: boolean;
  /** Variables that steer loaders and shells are refused, not only told (security.md X7). */
  readonly strictVariables: boolean;
}

export interface ExecFileOptions extends ExecOptions {
  readonly outputType?: string | undefined;
  readonly noFifo: boolean;
  /** Name of the file that the command sees. */
  readonly filename?: string | undefined;
}

/** How a command ended. */
export interface CommandEnd {
  /** Its own exit status, or 128 + n where signal n ended it (security.md X1); 0 for one in the background. */
  readonly exitCode: number;
  /** For people: `exit status 3`, `signal: terminated`. */
  readonly reason: string;
}
