/** Spellings of a double, as sops writes them (crypto.md §6, formats.md §5.6, §6.2, §8). */

interface Digits {
  readonly negative: boolean;
  /** Shortest digits that round-trip, without trailing zeros. */
  readonly digits: string;
  /** Decimal exponent of the first digit: 1.5 has 0, 0.015 has -2. */
  readonly exponent: number;
}

function shortestDigits(value: number): Digits {
  const [mantissa = "0", exponent = "0"] = Math.abs(value).toExponential().split("e");
  return {
    negative: value < 0 || Object.is(value, -0),
    digits: mantissa.replace(".", ""),
    exponent: Number(exponent),
  };
}

function positional({ negative, digits, exponent }: Digits): string {
  const sign = negative ? "-" : "";
  if (exponent < 0) {
    return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  }
  if (digits.length <= exponent + 1) {
    return sign + digits.padEnd(exponent + 1, "0");
  }
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function scientific({ negative, digits, exponent }: Digits, letter: "e" | "E"): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${negative ? "-" : ""}${digits[0] ?? "0"}${fraction}${letter}${exponent < 0 ? "-" : "+"}${power}`;
}

function isExponentForm(exponent: number): boolean {
  return exponent < -4 || exponent >= 6;
}

/** The plaintext that is encrypted and hashed: never an exponent; `+Inf`, `-Inf`, `NaN`, `-0`. */
export function floatPlaintext(value: number): string {
  if (Number.isNaN(value)) {
    return "NaN";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "+Inf" : "-Inf";
  }
  return positional(shortestDigits(value));
}

/** YAML: exponent form below 1e-4 and from 1e6 on; `.inf`, `-.inf`, `.nan`. */
export function floatYaml(value: number): string {
  if (Number.isNaN(value)) {
    return ".nan";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? ".inf" : "-.inf";
  }
  const digits = shortestDigits(value);
  return isExponentForm(digits.exponent) ? scientific(digits, "e") : positional(digits);
}

/** JSON: JavaScript's own spelling, except that minus zero keeps its sign. NaN and infinities have none: `null`. */
export function floatJson(value: number): string | null {
  if (!Number.isFinite(value)) {
    return null;
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

/** dotenv and INI: like YAML with a capital `E`, and `.0` where the text would look like a whole number. */
export function floatFlat(value: number): string {
  if (!Number.isFinite(value)) {
    return floatPlaintext(value);
  }
  const digits = shortestDigits(value);
  if (isExponentForm(digits.exponent)) {
    return scientific(digits, "E");
  }
  const text = positional(digits);
  return text.includes(".") ? text : `${text}.0`;
}
