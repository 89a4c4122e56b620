/**
 * Text and bytes without loss.
 *
 * Trees hold JavaScript strings. Formats that may carry arbitrary bytes (dotenv, INI, values of old files) keep a
 * byte that is not part of valid UTF-8 as one lone surrogate U+DC80-U+DCFF, so every byte string has exactly one
 * text and comes back unchanged. Valid UTF-8 never decodes to a surrogate, hence no clash.
 */
const ESCAPE_BASE = 0xdc00;

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Valid UTF-8 as text (a byte order mark stays as U+FEFF), or `null`. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Any bytes as text; bytes outside valid UTF-8 become lone surrogates. Inverse of {@link encodeText}. */
export function decodeText(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? decodeWithEscapes(bytes);
}

/** One pass without a decoder call per sequence, so that hostile bytes cost no more than others. */
function decodeWithEscapes(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let position = 0; position < bytes.length;) {
    const size = validSequenceLength(bytes, position);
    const lead = bytes[position] ?? 0;
    if (size < 2) {
      units[length] = size === 1 ? lead : ESCAPE_BASE + lead;
      length += 1;
      position += 1;
      continue;
    }
    let code = lead & (0x7f >> size);
    for (let index = 1; index < size; index += 1) {
      code = (code << 6) | ((bytes[position + index] ?? 0) & 0x3f);
    }
    if (code >= 0x1_0000) {
      units[length] = 0xd7c0 + (code >> 10);
      length += 1;
      code = 0xdc00 | (code & 0x3ff);
    }
    units[length] = code;
    length += 1;
    position += size;
  }
  return textOfUnits(units.subarray(0, length));
}

/** As many arguments as every engine takes. */
const UNITS_PER_CALL = 8192;

function textOfUnits(units: Uint16Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < units.length; start += UNITS_PER_CALL) {
    pieces.push(String.fromCharCode(...units.subarray(start, start + UNITS_PER_CALL)));
  }
  return pieces.join("");
}

/** Where the first byte stands that is no part of valid UTF-8; the length of `bytes` when there is none. */
export function validUtf8Length(bytes: Uint8Array): number {
  let position = 0;
  for (let size = 1; size !== 0 && position < bytes.length; position += size) {
    size = validSequenceLength(bytes, position);
  }
  return position;
}

/** Length of the valid UTF-8 sequence at `position`, 0 if there is none (RFC 3629 table 3-7). */
function validSequenceLength(bytes: Uint8Array, position: number): number {
  const lead = bytes[position] ?? 0;
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xc2 || lead > 0xf4) {
    return 0;
  }
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (!isSecondByte(lead, bytes[position + 1] ?? 0)) {
    return 0;
  }
  for (let index = 2; index < size; index += 1) {
    if (((bytes[position + index] ?? 0) & 0xc0) !== 0x80) {
      return 0;
    }
  }
  return size;
}

/** The second byte is narrower than a continuation byte after leads that could spell too much. */
function isSecondByte(lead: number, second: number): boolean {
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most;
}

/** UTF-8 bytes of a text; the lone surrogates of {@link decodeText} become their bytes again. */
export function encodeText(text: string): Uint8Array {
  if (text.isWellFormed()) {
    // A third of the time of the encoder for short texts, and most texts are short.
    return Buffer.from(text, "utf8");
  }
  // Runs of well-formed text are encoded in one go, straight into the result.
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (isEscapedByte(text, index)) {
      if (index > start) {
        length += encoder.encodeInto(text.slice(start, index), bytes.subarray(length)).written;
      }
      bytes[length] = text.charCodeAt(index) - ESCAPE_BASE;
      length += 1;
      start = index + 1;
    }
  }
  length += encoder.encodeInto(text.slice(start), bytes.subarray(length)).written;
  return bytes.slice(0, length);
}

function isEscapedByte(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit < 0xdc80 || unit > 0xdcff) {
    return false;
  }
  const before = index === 0 ? 0 : text.charCodeAt(index - 1);
  return before < 0xd800 || before > 0xdbff;
}

/** True when a text stands for bytes that are not valid UTF-8. */
export function holdsRawBytes(text: string): boolean {
  return !text.isWellFormed();
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) {
    length += part.length;
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/**
 * A text from a file, a server or a user, safe to show on a terminal (security.md M3): control characters, C1
 * controls, bidirectional overrides and lone surrogates become escapes.
 */
export function showText(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/gu,
    (char) => {
      const unit = char.charCodeAt(0);
      return unit < 0x100
        ? `\\x${unit.toString(16).padStart(2, "0")}`
        : `\\u${unit.toString(16).padStart(4, "0")}`;
    },
  );
}
