import type { GroupChange, KeyPlan } from "../operations/options.js";
import { showText } from "../support/text.js";
import { styled } from "./terminal.js";

/**
 * How the recipients of files would change, in the shape of sops (spec: cli.md §9.4). Recipients may come from whoever
 * could write to the file, so they are shown with control characters escaped (security.md M3).
 *
 * @returns whole lines
 */
export function renderKeyPlans(plans: readonly KeyPlan[], isColoured: boolean): string {
  return plans.map((plan) => renderPlan(plan, isColoured)).join("");
}

function renderPlan({ file, threshold, groups }: KeyPlan, isColoured: boolean): string {
  const lines = [
    `The recipients of ${showText(file)} will change:`,
    ...thresholdLines(threshold, isColoured),
    ...groups.flatMap((group, index) => [
      styled(`Group ${String(index + 1)}`, "underline", isColoured),
      ...groupLines(group, isColoured),
    ]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function thresholdLines({ before, after }: KeyPlan["threshold"], isColoured: boolean): string[] {
  if (before === after) {
    return before > 0 ? [thresholdText(before)] : [];
  }
  return [
    ...(after > 0 ? [added(thresholdText(after), isColoured)] : []),
    ...(before > 0 ? [removed(thresholdText(before), isColoured)] : []),
  ];
}

function thresholdText(count: number): string {
  return `shamir_threshold: ${String(count)}`;
}

function groupLines(group: GroupChange, isColoured: boolean): string[] {
  return [
    ...group.kept.map((key) => `    ${showText(key)}`),
    ...group.added.map((key) => added(showText(key), isColoured)),
    ...group.removed.map((key) => removed(showText(key), isColoured)),
  ];
}

function added(text: string, isColoured: boolean): string {
  return styled(`+++ ${text}`, "green", isColoured);
}

function removed(text: string, isColoured: boolean): string {
  return styled(`--- ${text}`, "red", isColoured);
}
