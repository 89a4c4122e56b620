/** YAML's dates and times (spec: formats.md §5.4, canonical form crypto.md §6). */

const ZERO = 0x30;
const NANOSECOND_DIGITS = 9;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A place in the text that moves on as fields are read; `failed` once anything did not fit. */
interface Cursor {
  readonly text: string;
  at: number;
  failed: boolean;
}

interface Clock {
  readonly time: string;
  readonly fraction: string;
  readonly zone: string;
}

/**
 * The canonical RFC 3339 text of a YAML timestamp, or `null` when the text is none.
 *
 * Accepted: `YYYY-M-D`, `YYYY-M-DTh:m:s[.frac](Z|±hh:mm)` (also `t`) and `YYYY-M-D h:m:s[.frac]` without zone.
 * Fraction digits beyond nanoseconds are cut off.
 */
export function parseTimestamp(text: string): string | null {
  if (text.length < 8 || text.charCodeAt(4) !== 0x2d) {
    return null;
  }
  const cursor: Cursor = { text, at: 0, failed: false };
  const year = readExactly(cursor, 4);
  expect(cursor, "-");
  const month = readField(cursor, 12);
  expect(cursor, "-");
  const day = readField(cursor, 31);
  if (cursor.failed || month < 1 || day < 1 || day > daysIn(year, month)) {
    return null;
  }
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  if (cursor.at === text.length) {
    return `${date}T00:00:00Z`;
  }
  const clock = readClock(cursor);
  return clock === null ? null : `${date}T${clock.time}${clock.fraction}${clock.zone}`;
}

function readClock(cursor: Cursor): Clock | null {
  const separator = cursor.text[cursor.at];
  if (separator !== "T" && separator !== "t" && separator !== " ") {
    return null;
  }
  cursor.at += 1;
  if (separator === " ") {
    skipBlanks(cursor);
  }
  const hour = readField(cursor, 23);
  expect(cursor, ":");
  const minute = readField(cursor, 59);
  expect(cursor, ":");
  const second = readField(cursor, 59);
  const fraction = cursor.failed ? "" : readFraction(cursor);
  // Only the form with a blank has no zone, and it has never one.
  const zone = separator === " " ? "Z" : readZone(cursor);
  if (cursor.failed || cursor.at !== cursor.text.length) {
    return null;
  }
  return { time: `${two(hour)}:${two(minute)}:${two(second)}`, fraction, zone };
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.text[cursor.at] === " ") {
    cursor.at += 1;
  }
}

function readFraction(cursor: Cursor): string {
  const mark = cursor.text[cursor.at];
  if ((mark !== "." && mark !== ",") || !isDigitAt(cursor, cursor.at + 1)) {
    return "";
  }
  const start = cursor.at + 1;
  let end = start;
  while (isDigitAt(cursor, end)) {
    end += 1;
  }
  cursor.at = end;
  let last = Math.min(end, start + NANOSECOND_DIGITS);
  while (last > start && cursor.text.charCodeAt(last - 1) === ZERO) {
    last -= 1;
  }
  return last === start ? "" : `.${cursor.text.slice(start, last)}`;
}

function readZone(cursor: Cursor): string {
  const sign = cursor.text[cursor.at];
  cursor.at += 1;
  if (sign === "Z") {
    return "Z";
  }
  if (sign !== "+" && sign !== "-") {
    cursor.failed = true;
    return "";
  }
  const hours = readExactly(cursor, 2);
  expect(cursor, ":");
  const minutes = readExactly(cursor, 2);
  if (hours > 23 || minutes > 59) {
    cursor.failed = true;
  }
  return hours === 0 && minutes === 0 ? "Z" : `${sign}${two(hours)}:${two(minutes)}`;
}

/** One or two digits with a value of at most `maximum`. */
function readField(cursor: Cursor, maximum: number): number {
  const value = readExactly(cursor, isDigitAt(cursor, cursor.at + 1) ? 2 : 1);
  if (value > maximum) {
    cursor.failed = true;
  }
  return value;
}

function readExactly(cursor: Cursor, count: number): number {
  let value = 0;
  for (let read = 0; read < count; read += 1) {
    if (!isDigitAt(cursor, cursor.at)) {
      cursor.failed = true;
      return 0;
    }
    value = value * 10 + cursor.text.charCodeAt(cursor.at) - ZERO;
    cursor.at += 1;
  }
  return value;
}

function expect(cursor: Cursor, char: string): void {
  if (cursor.text[cursor.at] === char) {
    cursor.at += 1;
  } else {
    cursor.failed = true;
  }
}

function isDigitAt(cursor: Cursor, index: number): boolean {
  const code = cursor.text.charCodeAt(index);
  return code >= ZERO && code <= 0x39;
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

function two(value: number): string {
  return value < 10 ? `0${String(value)}` : String(value);
}
