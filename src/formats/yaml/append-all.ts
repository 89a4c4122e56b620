/** `target.push(...items)` without a call stack that grows with the number of items. */
export function appendAll<T>(target: T[], items: readonly T[]): void {
  for (const item of items) {
    target.push(item);
  }
}
