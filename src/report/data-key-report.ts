import { namedReason, type DataKeyError, type KeyOutcome } from "../support/data-key-error.js";
import { showText } from "../support/text.js";
import { styled } from "./terminal.js";
import { wrapText } from "./wrap-text.js";

const REASON_WIDTH = 60;
const EXPLANATION_WIDTH = 75;

/**
 * Why a file could not be opened: every group, every key, every reason, nothing cut off (spec: cli.md §11.1,
 * keys.md §2.3).
 *
 * @returns lines separated by line feeds, without one at the end; safe to show
 */
export function renderDataKeyReport(error: DataKeyError, isColoured: boolean): string {
  const failed = styled("FAILED", "red", isColoured);
  const lines = [error.message];
  for (const [index, group] of error.groups.entries()) {
    const status = group.isRecovered ? styled("SUCCESS", "green", isColoured) : failed;
    lines.push("", `Group ${index}: ${status}`);
    if (!group.isRecovered) {
      lines.push(...keyLines(group.keys, failed));
    }
  }
  lines.push("", ...wrapText(explanation(error), EXPLANATION_WIDTH));
  return lines.join("\n");
}

function keyLines(keys: readonly KeyOutcome[], failed: string): string[] {
  return keys.flatMap((key, index) => [
    ...(index === 0 ? [] : [""]),
    `  ${showText(key.display)}: ${failed}`,
    ...key.attempts.flatMap((attempt, number) => [
      ...(number === 0 ? [] : ["    "]),
      ...reasonLines(namedReason(attempt)),
    ]),
  ]);
}

function reasonLines(reason: string): string[] {
  const safe = reason.split("\n").map(showText).join("\n");
  return wrapText(safe, REASON_WIDTH).map((line, index) =>
    index === 0 ? `    - | ${line}` : `      | ${line}`,
  );
}

function explanation({ required, recovered }: DataKeyError): string {
  if (required === 0) {
    return "None of the keys of this file could be used, and one of them is enough. Get an identity for one of the recipients above, or ask somebody who has one to add you.";
  }
  return `The data key is split: ${required} groups have to succeed, and ${recovered} did. A group succeeds when any one of its keys can be used. Get an identity for a recipient of another group.`;
}
