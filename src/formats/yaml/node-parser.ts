import { parseError, type Mark } from "./cursor.js";
import { NO_COMMENTS, NO_PROPERTIES, type NodeComments, type NodeProperties } from "./frame.js";
import type { TokenReader } from "./token-reader.js";
import { TOKEN, type Token } from "./token.js";
import type { TreeBuilder } from "./tree-builder.js";

/** What the parser expects next. */
const STATE = {
  DONE: 0,
  BLOCK_ENTRY: 1,
  INDENTLESS_ENTRY: 2,
  BLOCK_KEY: 3,
  BLOCK_VALUE: 4,
  FLOW_FIRST_ENTRY: 5,
  FLOW_ENTRY: 6,
  FLOW_PAIR_KEY: 7,
  FLOW_PAIR_VALUE: 8,
  FLOW_PAIR_END: 9,
  FLOW_FIRST_KEY: 10,
  FLOW_KEY: 11,
  FLOW_VALUE: 12,
  FLOW_NO_VALUE: 13,
} as const;

type State = (typeof STATE)[keyof typeof STATE];

/** Tokens to nodes: libyaml's grammar. Iterative, so that nesting costs no stack. */
export class NodeParser {
  /** What the tag handles of the current document stand for. */
  tagHandles: Map<string, string> = new Map();
  private readonly reader: TokenReader;
  private readonly builder: TreeBuilder;
  private state: State = STATE.DONE;
  private readonly states: State[] = [];
  /** Starts of the open collections, for messages. */
  private readonly marks: Mark[] = [];

  constructor(reader: TokenReader, builder: TreeBuilder) {
    this.reader = reader;
    this.builder = builder;
  }

  /** The root node of a document, whole. @throws ParseError */
  parseRoot(): void {
    this.states.push(STATE.DONE);
    this.parseNode(true, false);
    while (this.state !== STATE.DONE) {
      this.step();
    }
  }

  private step(): void {
    switch (this.state) {
      case STATE.BLOCK_KEY:
        return this.parseBlockKey();
      case STATE.BLOCK_VALUE:
        return this.parseBlockValue();
      case STATE.BLOCK_ENTRY:
        return this.parseBlockEntry();
      case STATE.INDENTLESS_ENTRY:
        return this.parseIndentlessEntry();
      case STATE.FLOW_FIRST_ENTRY:
      case STATE.FLOW_ENTRY:
        return this.parseFlowEntry(this.state === STATE.FLOW_FIRST_ENTRY);
      case STATE.FLOW_FIRST_KEY:
      case STATE.FLOW_KEY:
        return this.parseFlowKey(this.state === STATE.FLOW_FIRST_KEY);
      default:
        return this.stepInFlowMap(this.state);
    }
  }

  private stepInFlowMap(state: State): void {
    switch (state) {
      case STATE.FLOW_VALUE:
        return this.parseFlowValue();
      case STATE.FLOW_NO_VALUE:
        return this.parseAbsent(STATE.FLOW_KEY);
      case STATE.FLOW_PAIR_KEY:
        return this.parseFlowPairKey();
      case STATE.FLOW_PAIR_VALUE:
        return this.parseFlowPairValue();
      default:
        this.state = STATE.FLOW_ENTRY;
        this.builder.close(NO_COMMENTS, this.reader.lastEnd);
    }
  }

  private pop(): void {
    this.state = this.states.pop() ?? STATE.DONE;
  }

  /** A node whose collection goes on in `next` afterwards. */
  private parseChild(next: State, isBlock: boolean, mayBeIndentless: boolean): void {
    this.states.push(next);
    this.parseNode(isBlock, mayBeIndentless);
  }

  /** An empty node; the collection goes on in `next`. */
  private parseAbsent(next: State): void {
    this.state = next;
    this.builder.startNode(this.reader.lastEnd);
    this.addEmpty(NO_PROPERTIES);
  }

  /** A node without text. */
  addEmpty(properties: NodeProperties): void {
    const { line, column } = this.reader.peek();
    this.builder.addEmpty(this.reader.lastEnd, { line, column }, properties);
  }

  private parseNode(isBlock: boolean, mayBeIndentless: boolean): void {
    const first = this.reader.peek();
    this.builder.startNode(this.reader.lastEnd);
    if (first.type === TOKEN.ALIAS) {
      this.pop();
      this.builder.addAlias(first, this.reader.takeComments());
      this.reader.take(first);
      return;
    }
    const properties =
      first.type === TOKEN.ANCHOR || first.type === TOKEN.TAG
        ? this.parseProperties(first)
        : NO_PROPERTIES;
    const token = properties === NO_PROPERTIES ? first : this.reader.peek();
    if (token.type === TOKEN.SCALAR) {
      this.pop();
      this.builder.addScalar(token, properties, this.reader.takeComments());
      this.reader.take(token);
    } else if (!this.openCollection(token, properties, isBlock, mayBeIndentless)) {
      if (properties === NO_PROPERTIES) {
        throw parseError("did not find expected node content", token, first);
      }
      this.pop();
      this.addEmpty(properties);
    }
  }

  private parseProperties(first: Token): NodeProperties {
    let anchor: string | null = null;
    let tag: string | null = null;
    let token = first;
    for (;;) {
      if (token.type === TOKEN.ANCHOR && anchor === null) {
        anchor = token.text;
        this.builder.addExtra("anchor", token.start, token.end);
      } else if (token.type === TOKEN.TAG && tag === null) {
        tag = this.resolveTag(token, first);
        this.builder.addExtra("tag", token.start, token.end);
      } else {
        this.builder.startBody(this.reader.lastEnd);
        return { anchor, tag: tag ?? "" };
      }
      this.reader.take(token);
      token = this.reader.peek();
    }
  }

  private resolveTag(token: Token, first: Token): string {
    if (token.text === "") {
      return token.suffix;
    }
    const prefix = this.tagHandles.get(token.text);
    if (prefix === undefined) {
      throw parseError("found undefined tag handle", token, first);
    }
    return prefix + token.suffix;
  }

  /** @returns false if no collection starts at the token */
  private openCollection(
    token: Token,
    properties: NodeProperties,
    isBlock: boolean,
    mayBeIndentless: boolean,
  ): boolean {
    switch (token.type) {
      case TOKEN.BLOCK_ENTRY:
        if (!mayBeIndentless) {
          return false;
        }
        this.builder.openList(token, properties, null, false);
        this.state = STATE.INDENTLESS_ENTRY;
        return true;
      case TOKEN.FLOW_SEQUENCE_START:
        this.builder.openList(token, properties, this.reader.takeComments().head, true);
        return this.enter(token, STATE.FLOW_FIRST_ENTRY);
      case TOKEN.FLOW_MAPPING_START:
        this.builder.openMap(token, properties, this.reader.takeComments().head, true);
        return this.enter(token, STATE.FLOW_FIRST_KEY);
      case TOKEN.BLOCK_SEQUENCE_START:
        if (isBlock) {
          this.builder.openList(token, properties, this.reader.takeStem(), false);
        }
        return isBlock && this.enter(token, STATE.BLOCK_ENTRY);
      case TOKEN.BLOCK_MAPPING_START:
        if (isBlock) {
          this.builder.openMap(token, properties, this.reader.takeStem(), false);
        }
        return isBlock && this.enter(token, STATE.BLOCK_KEY);
      default:
        return false;
    }
  }

  private enter(token: Token, state: State): true {
    this.marks.push(token);
    this.reader.take(token);
    this.state = state;
    return true;
  }

  private leave(token: Token, comments: NodeComments): void {
    this.marks.pop();
    this.pop();
    this.reader.take(token);
    this.builder.close(comments, this.reader.lastEnd);
  }

  private parseBlockEntry(): void {
    const token = this.reader.peek();
    if (token.type === TOKEN.BLOCK_ENTRY) {
      const next = this.takeBlockEntry(token);
      if (next.type === TOKEN.BLOCK_ENTRY || next.type === TOKEN.BLOCK_END) {
        return this.parseAbsent(STATE.BLOCK_ENTRY);
      }
      return this.parseChild(STATE.BLOCK_ENTRY, true, false);
    }
    if (token.type !== TOKEN.BLOCK_END) {
      throw parseError("did not find expected '-' indicator", token, this.marks.at(-1) ?? null);
    }
    this.leave(token, NO_COMMENTS);
  }

  private parseIndentlessEntry(): void {
    const token = this.reader.peek();
    if (token.type !== TOKEN.BLOCK_ENTRY) {
      this.pop();
      this.builder.close(NO_COMMENTS, this.reader.lastEnd);
      return;
    }
    const next = this.takeBlockEntry(token);
    if (next.type === TOKEN.BLOCK_ENTRY || isBlockPairEnd(next)) {
      return this.parseAbsent(STATE.INDENTLESS_ENTRY);
    }
    this.parseChild(STATE.INDENTLESS_ENTRY, true, false);
  }

  /** Takes a `-`. A head comment before it belongs to the block collection that starts right behind it. */
  private takeBlockEntry(token: Token): Token {
    const count = this.reader.headCount;
    this.builder.startEntry(token.start);
    this.reader.take(token);
    const next = this.reader.peek();
    const startsBlock =
      next.type === TOKEN.BLOCK_SEQUENCE_START || next.type === TOKEN.BLOCK_MAPPING_START;
    if (count > 0 && startsBlock) {
      this.reader.splitStem(count);
    }
    return next;
  }

  private parseBlockKey(): void {
    const token = this.reader.peek();
    if (token.type === TOKEN.KEY) {
      this.builder.startEntry(token.start);
      this.reader.take(token);
      if (isBlockPairEnd(this.reader.peek())) {
        return this.parseAbsent(STATE.BLOCK_VALUE);
      }
      return this.parseChild(STATE.BLOCK_VALUE, true, true);
    }
    if (token.type !== TOKEN.BLOCK_END) {
      throw parseError("did not find expected key", token, this.marks.at(-1) ?? null);
    }
    this.leave(token, this.reader.takeComments());
  }

  private parseBlockValue(): void {
    const token = this.reader.peek();
    if (token.type !== TOKEN.VALUE) {
      return this.parseAbsent(STATE.BLOCK_KEY);
    }
    this.reader.take(token);
    if (isBlockPairEnd(this.reader.peek())) {
      return this.parseAbsent(STATE.BLOCK_KEY);
    }
    this.parseChild(STATE.BLOCK_KEY, true, true);
  }

  private parseFlowEntry(isFirst: boolean): void {
    const token = this.nextInFlow(
      isFirst,
      TOKEN.FLOW_SEQUENCE_END,
      "did not find expected ',' or ']'",
    );
    this.builder.startEntry(token.start);
    if (token.type === TOKEN.KEY) {
      this.builder.openMap(token, NO_PROPERTIES, null, true);
      this.reader.take(token);
      this.state = STATE.FLOW_PAIR_KEY;
    } else if (token.type === TOKEN.FLOW_SEQUENCE_END) {
      this.leave(token, this.reader.takeComments());
    } else {
      this.parseChild(STATE.FLOW_ENTRY, false, false);
    }
  }

  /** The token at which the next entry of a flow collection starts, its `,` taken; or the closing bracket. */
  private nextInFlow(isFirst: boolean, closing: number, problem: string): Token {
    const token = this.reader.peek();
    if (isFirst || token.type === closing) {
      return token;
    }
    if (token.type !== TOKEN.FLOW_ENTRY) {
      throw parseError(problem, token, this.marks.at(-1) ?? null);
    }
    this.reader.take(token);
    return this.reader.peek();
  }

  private parseFlowPairKey(): void {
    const token = this.reader.peek();
    const { type } = token;
    if (type === TOKEN.VALUE || type === TOKEN.FLOW_ENTRY || type === TOKEN.FLOW_SEQUENCE_END) {
      // compat: libyaml steps over this token, so that `[? : b]` and the like are refused further on.
      this.reader.take(token);
      return this.parseAbsent(STATE.FLOW_PAIR_VALUE);
    }
    this.parseChild(STATE.FLOW_PAIR_VALUE, false, false);
  }

  private parseFlowPairValue(): void {
    const token = this.reader.peek();
    if (token.type === TOKEN.VALUE) {
      this.reader.take(token);
      const { type } = this.reader.peek();
      if (type !== TOKEN.FLOW_ENTRY && type !== TOKEN.FLOW_SEQUENCE_END) {
        return this.parseChild(STATE.FLOW_PAIR_END, false, false);
      }
    }
    this.parseAbsent(STATE.FLOW_PAIR_END);
  }

  private parseFlowKey(isFirst: boolean): void {
    const token = this.nextInFlow(
      isFirst,
      TOKEN.FLOW_MAPPING_END,
      "did not find expected ',' or '}'",
    );
    if (token.type === TOKEN.FLOW_MAPPING_END) {
      return this.leave(token, this.reader.takeComments());
    }
    this.builder.startEntry(token.start);
    if (token.type !== TOKEN.KEY) {
      return this.parseChild(STATE.FLOW_NO_VALUE, false, false);
    }
    this.reader.take(token);
    const { type } = this.reader.peek();
    if (type === TOKEN.VALUE || type === TOKEN.FLOW_ENTRY || type === TOKEN.FLOW_MAPPING_END) {
      return this.parseAbsent(STATE.FLOW_VALUE);
    }
    this.parseChild(STATE.FLOW_VALUE, false, false);
  }

  private parseFlowValue(): void {
    const token = this.reader.peek();
    if (token.type === TOKEN.VALUE) {
      this.reader.take(token);
      const { type } = this.reader.peek();
      if (type !== TOKEN.FLOW_ENTRY && type !== TOKEN.FLOW_MAPPING_END) {
        return this.parseChild(STATE.FLOW_KEY, false, false);
      }
    }
    this.parseAbsent(STATE.FLOW_KEY);
  }
}

function isBlockPairEnd(token: Token): boolean {
  return token.type === TOKEN.KEY || token.type === TOKEN.VALUE || token.type === TOKEN.BLOCK_END;
}
