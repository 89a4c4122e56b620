/**
 * Character classes of the YAML scanner, on UTF-16 units (spec: formats.md §5.1).
 *
 * 0 stands for the end of the text: NUL is no allowed character, so it never occurs inside.
 */
export const END = 0;
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const HASH = 0x23;
const NEL = 0x85;
const LS = 0x2028;
const PS = 0x2029;
export const BYTE_ORDER_MARK = 0xfeff;

export function isBlank(unit: number): boolean {
  return unit === SPACE || unit === TAB;
}

export function isBreak(unit: number): boolean {
  return unit === LF || unit === CR || unit === NEL || unit === LS || unit === PS;
}

export function isBreakOrEnd(unit: number): boolean {
  return unit === END || isBreak(unit);
}

export function isBlankBreakOrEnd(unit: number): boolean {
  return unit === SPACE || unit === TAB || unit === END || isBreak(unit);
}

/** Characters of anchors and tag handles: ASCII letters, digits, `_` and `-`. */
export function isWordCharacter(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) ||
    (unit >= 0x41 && unit <= 0x5a) ||
    (unit >= 0x30 && unit <= 0x39) ||
    unit === 0x5f ||
    unit === 0x2d
  );
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Value of a hexadecimal digit, -1 for anything else. */
export function hexValue(unit: number): number {
  if (isDigit(unit)) {
    return unit - 0x30;
  }
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
