import type { Runtime } from "../support/runtime.js";
import { systemErrorCode } from "../support/system-error.js";

/** Where sops looks for its auditing configuration; fixed, so that a user cannot escape it (spec: cli.md §14). */
export const AUDIT_FILE = "/etc/sops/audit.yaml";

/**
 * Runs `work` on a machine whose audit trail is open, where somebody ordered one: connected before anything is done,
 * closed afterwards (spec: keys.md §14).
 *
 * @throws SopsError AUDIT_FAILED, SDK_UNAVAILABLE, and what `work` throws
 */
export async function withAuditTrail<T>(
  path: string,
  runtime: Runtime,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  if (isCertainlyAbsent(path, runtime)) {
    return work(runtime);
  }
  const { readAuditConfig } = await import("../operations/audit/config.js");
  const databases = readAuditConfig(path, runtime);
  if (databases.length === 0) {
    return work(runtime);
  }
  const { openAuditTrail } = await import("../operations/audit/trail.js");
  const trail = await openAuditTrail(databases, runtime);
  try {
    const audit: Runtime["audit"] = (action, file) => trail.record(action, file);
    return await work({ ...runtime, audit });
  } finally {
    await trail.close();
  }
}

function isCertainlyAbsent(path: string, { fs }: Pick<Runtime, "fs">): boolean {
  try {
    fs.lstatSync(path);
    return false;
  } catch (error) {
    const code = systemErrorCode(error);
    return code === "ENOENT" || code === "ENOTDIR";
  }
}
