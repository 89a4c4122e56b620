/** Levels of nesting that are read (decisions.md); more is refused by count, long before the stack is in danger. */
export const MAX_DEPTH = 10_000;
export const MAX_DEPTH_PROBLEM: string = `exceeded max depth of ${MAX_DEPTH}`;

/** Nodes of a document that has aliases, their copies counted (security.md I2). */
export const MAX_EXPANDED_NODES = 1_000_000;
