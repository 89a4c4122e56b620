import { SopsError } from "../support/errors.js";
import type { Runtime, UserIdentity } from "../support/runtime.js";
import { describeSystemError } from "../support/system-error.js";
import { decodeText, showText } from "../support/text.js";

export interface UserAccount extends UserIdentity {
  readonly homeDirectory: string;
}

/**
 * The account of that name, from all sources of the system.
 *
 * @throws SopsError UNKNOWN_USER
 */
export async function findUser(runtime: Runtime, name: string): Promise<UserAccount> {
  const [command, ...args] =
    runtime.platform === "darwin" ? ["id", "-P", name] : ["getent", "passwd", "--", name];
  const listing = (await outputOf(runtime, command, args)) ?? passwordFile(runtime);
  for (const line of listing.split("\n")) {
    const account = parseEntry(line);
    // A number is not a name, although the system takes it for one.
    if (account?.name === name) {
      return account;
    }
  }
  throw new SopsError("UNKNOWN_USER", `user: unknown user ${showText(name)}`);
}

/** `null` where there is no such program. */
async function outputOf(
  runtime: Runtime,
  command: string,
  args: readonly string[],
): Promise<string | null> {
  try {
    const { PATH } = runtime.env;
    return decodeText((await runtime.exec({ command, args, env: { PATH } })).stdout);
  } catch {
    return null;
  }
}

function passwordFile({ fs }: Runtime): string {
  try {
    return decodeText(fs.readFileSync("/etc/passwd"));
  } catch {
    return "";
  }
}

/** `name:x:uid:gid:…:home:shell`; `id -P` has three more fields in the middle. */
function parseEntry(line: string): UserAccount | null {
  const fields = line.split(":");
  const [name = "", , userId = "", groupId = ""] = fields;
  const homeDirectory = fields.at(-2) ?? "";
  const isEntry = fields.length >= 7 && /^\d+$/.test(userId) && /^\d+$/.test(groupId);
  return isEntry ? { name, userId: Number(userId), groupId: Number(groupId), homeDirectory } : null;
}

/** What a login of that user would set (cli.md §9.9). */
export function userVariables(account: UserAccount | null): [string, string][] {
  return account === null
    ? []
    : [
        ["HOME", account.homeDirectory],
        ["USER", account.name],
        ["LOGNAME", account.name],
      ];
}

/** For good. @throws SopsError CANNOT_BECOME_USER */
export function becomeUser(runtime: Runtime, account: UserAccount): void {
  try {
    runtime.becomeUser(account);
  } catch (cause) {
    const reason = describeSystemError(cause);
    throw new SopsError(
      "CANNOT_BECOME_USER",
      `cannot become user ${showText(account.name)}: ${reason}`,
      { cause },
    );
  }
}
