import { scanError, type Cursor } from "./cursor.js";
import type { SimpleKey } from "./token.js";

/** A simple key must end within as many characters. */
const MAX_LENGTH = 1024;

/** The tokens that may turn out to be keys when a `:` follows: one for each level of flow collections. */
export class SimpleKeys {
  private readonly cursor: Cursor;
  private readonly levels: SimpleKey[] = [newSimpleKey()];

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  /** The key of the current level. */
  current(): SimpleKey {
    return this.levels[this.cursor.flowLevel] ?? newSimpleKey();
  }

  /** Starts afresh on a level that has just been entered. */
  enterLevel(): void {
    this.levels[this.cursor.flowLevel] = newSimpleKey();
  }

  /** Called before a level is left. compat: if nothing in it could be a key, libyaml stops waiting for the bracket. */
  leaveLevel(): void {
    const outer = this.levels[this.cursor.flowLevel - 1];
    if (outer !== undefined && !this.current().isAwaited) {
      outer.isAwaited = false;
    }
  }

  /** Notes that the token with this number, which starts at the cursor, may be a key. @returns `null` if it may not */
  save(token: number): SimpleKey | null {
    const { cursor } = this;
    if (!cursor.isSimpleKeyAllowed) {
      return null;
    }
    this.remove();
    const key = this.current();
    key.isPossible = true;
    key.isAwaited = true;
    key.isRequired = cursor.flowLevel === 0 && cursor.indent === cursor.column;
    key.token = token;
    key.start = cursor.position;
    key.line = cursor.line;
    key.column = cursor.column;
    return key;
  }

  /** @throws ParseError if nothing but a key was allowed there */
  remove(): void {
    const key = this.current();
    if (key.isPossible && key.isRequired) {
      throw scanError("could not find expected ':'", this.cursor, key);
    }
    key.isPossible = false;
  }

  /** False for a key that has become too long. @throws ParseError if nothing but a key was allowed there */
  isValid(key: SimpleKey): boolean {
    const { cursor } = this;
    if (key.line === cursor.line && !isLonger(cursor, key.start)) {
      return true;
    }
    if (key.isRequired) {
      throw scanError("could not find expected ':'", cursor, key);
    }
    key.isPossible = false;
    return false;
  }
}

function newSimpleKey(): SimpleKey {
  return {
    isPossible: false,
    isAwaited: false,
    isRequired: false,
    token: 0,
    start: 0,
    line: 0,
    column: 0,
  };
}

/** Characters beyond U+FFFF count once, so a long span is counted only when its length in units is in doubt. */
function isLonger(cursor: Cursor, start: number): boolean {
  const units = cursor.position - start;
  if (units <= MAX_LENGTH || units > 2 * MAX_LENGTH) {
    return units > MAX_LENGTH;
  }
  return Array.from(cursor.text.slice(start, cursor.position)).length > MAX_LENGTH;
}
