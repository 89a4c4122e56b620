/**
 * Strict RFC 3339 (crypto.md §6, §9.1): upper-case `T` and `Z`, full date and time, optional fraction, offset.
 */
export interface Rfc3339 {
  /** `YYYY-MM-DDThh:mm:ss` as written. */
  readonly seconds: string;
  /** Fraction digits as written, without the point; empty when absent. */
  readonly fraction: string;
  /** `Z`, or `+hh:mm` / `-hh:mm` as written, with `+00:00` normalised to `Z`. */
  readonly offset: string;
}

const FORM =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?<fraction>\d+))?(?<offset>Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** @returns `null` when the text is no RFC 3339 instant of a real calendar */
export function parseRfc3339(text: string): Rfc3339 | null {
  const parts = FORM.exec(text)?.groups;
  if (parts === undefined) {
    return null;
  }
  const { year, month, day, fraction = "", offset = "" } = parts;
  if (!isCalendarDate(Number(year), Number(month), Number(day))) {
    return null;
  }
  const isUtc = offset === "+00:00" || offset === "-00:00";
  return { seconds: text.slice(0, 19), fraction, offset: isUtc ? "Z" : offset };
}

/** Gregorian calendar, years 0 to 9999. */
function isCalendarDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) {
    return false;
  }
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (lengths[month - 1] ?? 0);
}

/** The canonical timestamp text of crypto.md §6: at most 9 fraction digits, none trailing. */
export function canonicalTimestamp(time: Rfc3339): string {
  const fraction = time.fraction.slice(0, 9).replace(/0+$/, "");
  return `${time.seconds}${fraction === "" ? "" : `.${fraction}`}${time.offset}`;
}

/** Whole seconds in the offset it was given in: the AAD of the MAC (crypto.md §9.1). */
export function wholeSeconds(time: Rfc3339): string {
  return time.seconds + time.offset;
}

/** An instant as sops writes it: UTC, whole seconds. */
export function formatInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}
