const BOOL_WORDS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((word) => [word, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((word) => [word, false] as const),
]);

/** The words for true and false of cli.md §1.2; `null` for anything else. */
export function parseBool(text: string): boolean | null {
  return BOOL_WORDS.get(text) ?? null;
}

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Decimal, `0x`, `0o` or leading 0, `0b`, with sign, within 64 bits (cli.md §1.2); `null` for anything else. */
export function parseInteger(text: string): number | null {
  const isNegative = text.startsWith("-");
  const digits = isNegative || text.startsWith("+") ? text.slice(1) : text;
  if (!/^(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/.test(digits)) {
    return null;
  }
  const isOldOctal = /^0[0-7]/.test(digits);
  const magnitude = BigInt(isOldOctal ? `0o${digits.slice(1)}` : digits);
  const value = isNegative ? -magnitude : magnitude;
  return value < MIN_INT64 || value > MAX_INT64 ? null : Number(value);
}
