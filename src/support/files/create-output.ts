import { writeContent, type FileContent } from "./content.js";
import { cannotWrite, writeFailure } from "./failure.js";
import type { FileMachine } from "./machine.js";
import { createTarget, replaceTarget } from "./replace-file.js";
import { resolveTarget } from "./target.js";

const PRIVATE_MODE = 0o600;
/** Less the umask, which the system applies. */
const PUBLIC_MODE = 0o666;

export interface OutputOptions {
  /** Not encrypted: a new file is for the user alone, whatever the umask (security.md W12). */
  readonly isClear: boolean;
  warn(message: string): void;
}

/**
 * Writes the file that `--output` names. An existing file is replaced and keeps its mode; devices, pipes and
 * `/dev/stdout` are written to.
 *
 * @throws SopsError CANNOT_WRITE; an existing file is as it was
 */
export async function createOutput(
  machine: FileMachine,
  given: string,
  content: FileContent,
  options: OutputOptions,
): Promise<void> {
  const target = resolveTarget(machine, given);
  if (target.stat === null && !target.isDescriptor) {
    await createTarget(machine, target.path, content, options.isClear ? PRIVATE_MODE : PUBLIC_MODE);
    return;
  }
  if (target.stat?.isDirectory()) {
    throw cannotWrite(given, "it is a directory");
  }
  if (target.stat?.isFile() && !target.isDescriptor) {
    await replaceTarget(machine, target.path, target.stat, content, options);
    return;
  }
  writeThrough(machine, target.path, content);
}

function writeThrough({ fs }: FileMachine, target: string, content: FileContent): void {
  try {
    const descriptor = fs.openSync(target, "w", PRIVATE_MODE);
    try {
      writeContent(fs, descriptor, content);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    throw writeFailure(target, error);
  }
}
