/**
 * How deep a YAML text nests and how much it holds, counted on the tokens before the parser sees them: it recurses,
 * and takes some microseconds and a kilobyte for every token (security.md I1, I3).
 *
 * The depth is an upper bound that is at most one too high: the first node of a line counts as a mapping, whether or
 * not it turns out to be a key.
 */
interface Level {
  readonly column: number;
  readonly kind: "list" | "map";
}

/** Control tokens of the lexer: they have no width in the source. */
const START_OF_DOCUMENT = "\u0002";
const END_OF_FLOW = "\u0018";
const SCALAR_FOLLOWS = "\u001f";

export interface Limits {
  readonly depth: number;
  readonly tokens: number;
}

export interface Excess {
  readonly of: keyof Limits;
  /** Of the token that is too much. */
  readonly offset: number;
}

/** @param tokens - the texts of the lexer's tokens in order */
export function findExcess(tokens: Iterable<string>, limits: Limits): Excess | null {
  const counter = new DepthCounter();
  let isScalar = false;
  let count = 0;
  for (const token of tokens) {
    const { offset } = counter;
    if (isScalar) {
      counter.addScalar(token);
      isScalar = false;
    } else if (token === SCALAR_FOLLOWS) {
      isScalar = true;
    } else if (token !== START_OF_DOCUMENT && token !== END_OF_FLOW) {
      counter.addToken(token);
    }
    count += 1;
    if (count > limits.tokens) {
      return { of: "tokens", offset };
    }
    if (counter.depth > limits.depth + 1) {
      return { of: "depth", offset };
    }
  }
  return null;
}

class DepthCounter {
  offset = 0;
  readonly #levels: Level[] = [];
  #flowDepth = 0;
  #lineStart = 0;
  /** Nothing but white space and block indicators since the start of the line. */
  #isAtStructure = true;

  get depth(): number {
    return this.#levels.length + this.#flowDepth;
  }

  addScalar(token: string): void {
    this.#enter("map");
    this.#isAtStructure = false;
    this.#advance(token);
  }

  addToken(token: string): void {
    if (!" \t\r\n#\ufeff".includes(token[0] ?? " ")) {
      this.#enter(token === "-" ? "list" : "map");
      this.#isAtStructure &&= token === "-" || token === "?" || token === ":";
    }
    if (token === "[" || token === "{") {
      this.#flowDepth += 1;
    } else if (token === "]" || token === "}") {
      this.#flowDepth = Math.max(0, this.#flowDepth - 1);
    }
    this.#advance(token);
  }

  /** A list may stand in the column of the key that it belongs to: both stay open. Nothing else shares a column. */
  #enter(kind: Level["kind"]): void {
    if (!this.#isAtStructure || this.#flowDepth > 0) {
      return;
    }
    const column = this.offset - this.#lineStart;
    for (let top = this.#levels.at(-1); top !== undefined; top = this.#levels.at(-1)) {
      const isSibling = top.column === column && (kind === "map" || top.kind === "list");
      if (top.column < column || (top.column === column && !isSibling)) {
        break;
      }
      this.#levels.pop();
    }
    this.#levels.push({ column, kind });
  }

  #advance(token: string): void {
    const lastBreak = token.lastIndexOf("\n");
    if (lastBreak >= 0) {
      this.#lineStart = this.offset + lastBreak + 1;
      this.#isAtStructure = true;
    }
    this.offset += token.length;
  }
}
