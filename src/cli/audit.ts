import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { systemErrorCode } from "../support/system-error.js";

/** Where sops looks for its auditing configuration; fixed, so that a user cannot escape it (spec: cli.md §14). */
export const AUDIT_FILE = "/etc/sops/audit.yaml";

/**
 * Auditing that somebody ordered must not be skipped in silence (decisions.md, Verbs).
 *
 * @throws SopsError AUDIT_NOT_BUILT_IN unless the file is certainly absent
 */
export function refuseWhereAudited(path: string, runtime: Runtime): void {
  try {
    runtime.fs.lstatSync(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") {
      return;
    }
  }
  throw new SopsError(
    "AUDIT_NOT_BUILT_IN",
    `leafseal: error: ${path} asks for auditing, which this version cannot do`,
    { hint: "use sops on this machine, or remove the file if auditing is not required" },
  );
}
