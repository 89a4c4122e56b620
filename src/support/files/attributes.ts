import type { Stats } from "node:fs";

import type { FileMachine } from "./machine.js";

const PERMISSION_BITS = 0o7777;

/**
 * Extended attributes and access lists of `from`, onto the still empty `to`: Node has no call for them (security.md
 * W6). Before the content, since the program copies times too. Where it is missing or fails, they are lost.
 */
export async function copyExtendedAttributes(
  machine: FileMachine,
  from: string,
  to: string,
): Promise<void> {
  if (machine.platform !== "linux") {
    return;
  }
  try {
    await machine.exec({
      command: "cp",
      args: ["--attributes-only", "--preserve=all", "--no-target-directory", "--", from, to],
      env: { LC_ALL: "C" },
    });
  } catch {
    // No such program: see above.
  }
}

/** Owner and group where the process may set them, then the permission bits, whatever the umask (W5). */
export function copyOwnerAndMode({ fs }: FileMachine, from: Stats, descriptor: number): void {
  const now = fs.fstatSync(descriptor);
  if (now.uid !== from.uid || now.gid !== from.gid) {
    chown(fs, descriptor, [
      { uid: from.uid, gid: from.gid },
      { uid: now.uid, gid: from.gid },
    ]);
  }
  // After the owner: a change of owner takes the set-id bits away.
  fs.fchmodSync(descriptor, from.mode & PERMISSION_BITS);
}

/** The first that is allowed; none for a user who is not in the group of the file. */
function chown(
  fs: FileMachine["fs"],
  descriptor: number,
  wishes: readonly { readonly uid: number; readonly gid: number }[],
): void {
  for (const { uid, gid } of wishes) {
    try {
      fs.fchownSync(descriptor, uid, gid);
      return;
    } catch {
      // Not allowed: try for less.
    }
  }
}
