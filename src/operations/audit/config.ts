import { asMap, listOf, mapOf, textOf } from "../../config/fields.js";
import { ParseError, SopsError } from "../../support/errors.js";
import type { Runtime } from "../../support/runtime.js";
import { describeSystemError } from "../../support/system-error.js";
import { showText } from "../../support/text.js";
import { parseYaml } from "../../support/yaml.js";

/**
 * Where events have to be recorded (spec: keys.md §14).
 *
 * @param file there is one
 * @returns connection strings of PostgreSQL databases; none where the file orders nothing
 * @throws SopsError AUDIT_FAILED: what somebody ordered must not be skipped in silence (decisions.md, Verbs)
 */
export function readAuditConfig(file: string, { fs }: Pick<Runtime, "fs">): readonly string[] {
  let bytes: Uint8Array;
  try {
    bytes = fs.readFileSync(file);
  } catch (cause) {
    const reason = describeSystemError(cause);
    throw new SopsError("AUDIT_FAILED", `${showText(file)} cannot be read: ${reason}`, { cause });
  }
  return parseAuditConfig(file, bytes);
}

function parseAuditConfig(file: string, bytes: Uint8Array): string[] {
  try {
    const root = asMap(parseYaml(bytes), "the audit configuration");
    const backends = root === null ? null : mapOf(root, "backends");
    if (backends === null) {
      return [];
    }
    for (const [name, node] of backends.entries) {
      if (name !== "postgres") {
        throw new ParseError(`the backend ${showText(name)} is not known`, node.line);
      }
    }
    return (listOf(backends, "postgres") ?? []).flatMap((item) => {
      const entry = asMap(item, "an item of postgres");
      const text = entry === null ? "" : textOf(entry, "connection_string");
      if (text === "") {
        throw new ParseError("connection_string is missing", item.line);
      }
      return [text];
    });
  } catch (error) {
    if (!(error instanceof ParseError)) {
      throw error;
    }
    const line = error.line === undefined ? "" : `line ${String(error.line)}: `;
    throw new SopsError("AUDIT_FAILED", `${showText(file)}: ${line}${error.message}`, {
      cause: error,
    });
  }
}
