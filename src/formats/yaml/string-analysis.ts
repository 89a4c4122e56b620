/** What a text contains that decides in which YAML styles it can be written (spec: formats.md §5.8). */
import { resolvePlain } from "./resolve.js";

/** Facts about a text, found in one pass; a set of bits. */
export const FACT = {
  /** LF, CR, NEL, LS or PS. */
  break: 1,
  lineFeed: 2,
  /** CR or NEL: read back as a line feed, so never written raw. */
  foreignBreak: 4,
  tab: 8,
  /** A character that must be escaped: controls, byte order mark, U+FFFE, U+FFFF. */
  control: 16,
  /** Above U+FFFF: any reader takes it, sops escapes it. */
  astral: 32,
  /** Half a surrogate pair: the text stands for bytes that are not UTF-8. */
  rawBytes: 64,
  /** `:` before a blank, a break or the end. */
  colon: 128,
  /** `#` after a blank, a break or NUL. */
  hash: 256,
  spaceBeforeBreak: 512,
  breakBeforeSpace: 1024,
} as const;

const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** What {@link scanText} must look at. A text without it has no facts: one native search, ten times our own loop. */
const NOTABLE = /[^ !-"$-~\u00a0-\u2027]|:(?![!-~])/;

/** All facts about a text, as bits of {@link FACT}. Cost: linear. */
export function scanText(text: string): number {
  if (!NOTABLE.test(text)) {
    return 0;
  }
  let facts = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code <= COLON || code > 0x7e) {
      facts |= factsAt(text, index, code);
      if (isPairAt(text, index, code)) {
        index += 1;
      }
    }
  }
  return facts;
}

function factsAt(text: string, index: number, code: number): number {
  if (code < 128) {
    return asciiFactsAt(text, index, code);
  }
  if (code === 0x2028 || code === 0x2029) {
    return FACT.break | spaceBefore(text, index);
  }
  if (code === 0x85) {
    return FACT.break | FACT.foreignBreak | FACT.control | spaceBefore(text, index);
  }
  if (code >= 0xd800 && code <= 0xdfff) {
    return isPairAt(text, index, code) ? FACT.astral : FACT.rawBytes;
  }
  return code < 0xa0 || code === 0xfeff || code >= 0xfffe ? FACT.control : 0;
}

function asciiFactsAt(text: string, index: number, code: number): number {
  switch (code) {
    case SPACE:
      return isBreak(text.charCodeAt(index - 1)) ? FACT.breakBeforeSpace : 0;
    case TAB:
      return FACT.tab;
    case 0x0a:
      return FACT.break | FACT.lineFeed | spaceBefore(text, index);
    case 0x0d:
      return FACT.break | FACT.foreignBreak | FACT.control | spaceBefore(text, index);
    case COLON:
      return isBlankOrEnd(text, index + 1) ? FACT.colon : 0;
    case 0x23:
      return isHashStart(text, index) ? FACT.hash : 0;
    default:
      return code < SPACE || code === 0x7f ? FACT.control : 0;
  }
}

function spaceBefore(text: string, index: number): number {
  return text.charCodeAt(index - 1) === SPACE ? FACT.spaceBeforeBreak : 0;
}

function isHashStart(text: string, index: number): boolean {
  const code = text.charCodeAt(index - 1);
  return code === SPACE || code === TAB || code === 0 || isBreak(code);
}

function isPairAt(text: string, index: number, code: number): boolean {
  if (code < 0xd800 || code > 0xdbff) {
    return false;
  }
  const next = text.charCodeAt(index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

/** LF, CR, NEL, LS, PS. */
export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

function isBlankOrEnd(text: string, index: number): boolean {
  if (index >= text.length) {
    return true;
  }
  const code = text.charCodeAt(index);
  return code === SPACE || code === TAB || isBreak(code);
}

const NEVER_FIRST = new Set("#,[]{}&*!|>'\"%@`");
const FIRST_ONLY_BEFORE_TEXT = new Set("?:-");

/** Whether neither the first nor the last characters keep a text from being a plain scalar. */
export function hasPlainEnds(text: string): boolean {
  const first = text[0];
  if (first === undefined || NEVER_FIRST.has(first)) {
    return false;
  }
  if (FIRST_ONLY_BEFORE_TEXT.has(first) && isBlankOrEnd(text, 1)) {
    return false;
  }
  if (text.startsWith("---") || text.startsWith("...")) {
    return false;
  }
  const last = text.charCodeAt(text.length - 1);
  return first !== " " && last !== SPACE && !isBreak(text.charCodeAt(0)) && !isBreak(last);
}

const OLD_BOOLEANS = new Set("y Y yes Yes YES on On ON n N no No NO off Off OFF".split(" "));
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const LONGEST_WORD = 5;

/**
 * Whether an unquoted text would be something else than this text, to us or to a YAML 1.1 reader: null, numbers,
 * booleans, dates, `yes`, `off`, base-60 numbers (spec: formats.md §5.6).
 */
export function isMistakable(text: string): boolean {
  const first = text.charCodeAt(0);
  if ((first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e) {
    return resolvePlain(text).kind !== "string" || BASE_60.test(text);
  }
  // Every other word that means something is short.
  if (text.length > LONGEST_WORD) {
    return false;
  }
  return OLD_BOOLEANS.has(text) || resolvePlain(text).kind !== "string";
}
