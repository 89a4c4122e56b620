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

function decodeWithEscapes(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let position = 0;
  while (position < bytes.length) {
    const length = validSequenceLength(bytes, position);
    if (length === 0) {
      pieces.push(String.fromCharCode(ESCAPE_BASE + (bytes[position] ?? 0)));
      position += 1;
    } else {
      pieces.push(strictDecoder.decode(bytes.subarray(position, position + length)));
      position += length;
    }
  }
  return pieces.join("");
}

/** Length of the valid UTF-8 sequence at `position`, 0 if there is none (RFC 3629 table 3-7). */
function validSequenceLength(bytes: Uint8Array, position: number): number {
  const lead = bytes[position] ?? 0;
  if (lead < 0x80) {
    return 1;
  }
  const length =
    lead >= 0xc2 && lead <= 0xdf
      ? 2
      : lead >= 0xe0 && lead <= 0xef
        ? 3
        : lead >= 0xf0 && lead <= 0xf4
          ? 4
          : 0;
  if (length === 0 || position + length > bytes.length) {
    return 0;
  }
  return decodeUtf8(bytes.subarray(position, position + length)) === null ? 0 : length;
}

/** UTF-8 bytes of a text; the lone surrogates of {@link decodeText} become their bytes again. */
export function encodeText(text: string): Uint8Array {
  if (text.isWellFormed()) {
    return encoder.encode(text);
  }
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (isEscapedByte(text, index)) {
      pieces.push(
        encoder.encode(text.slice(start, index)),
        Uint8Array.of(text.charCodeAt(index) - ESCAPE_BASE),
      );
      start = index + 1;
    }
  }
  pieces.push(encoder.encode(text.slice(start)));
  return concatBytes(pieces);
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
