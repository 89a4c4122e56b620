import { ParseError } from "../../support/errors.js";
import type { CommentText } from "./comment-queue.js";
import { parseError, type Cursor } from "./cursor.js";
import { NO_PROPERTIES } from "./frame.js";
import { NodeParser } from "./node-parser.js";
import type { Outline } from "./outline.js";
import { CORE_TAG_PREFIX } from "./scalar-value.js";
import { TokenReader } from "./token-reader.js";
import { TOKEN, type Token } from "./token.js";
import { TreeBuilder } from "./tree-builder.js";

/** Tokens to documents; their nodes are the {@link NodeParser}'s. */
export class StreamParser {
  private readonly reader: TokenReader;
  private readonly builder: TreeBuilder;
  private readonly nodes: NodeParser;

  constructor(cursor: Cursor, outline: Outline | null) {
    this.reader = new TokenReader(cursor);
    this.builder = new TreeBuilder(cursor.text, this.reader.scanner.comments, outline);
    this.nodes = new NodeParser(this.reader, this.builder);
  }

  /** Reads the whole stream. @throws ParseError */
  parse(): TreeBuilder {
    this.reader.take(this.reader.peek());
    let isMore = this.parseDocument(true);
    while (isMore) {
      isMore = this.parseLaterDocument();
    }
    return this.builder;
  }

  /** compat: sops reads the first document twice, and names the second reading in what it says of the others. */
  private parseLaterDocument(): boolean {
    try {
      return this.parseDocument(false);
    } catch (cause) {
      throw cause instanceof ParseError
        ? new ParseError(
            `Error unmarshaling input YAML: ${cause.message}`,
            cause.line,
            cause.column,
          )
        : cause;
    }
  }

  /** @returns false at the end of the stream */
  private parseDocument(isFirst: boolean): boolean {
    const { reader, builder, nodes } = this;
    if (!isFirst) {
      this.skipDocumentEnds();
    }
    const token = reader.peek();
    if (token.type === TOKEN.STREAM_END) {
      return false;
    }
    const isExplicit = !isFirst || isDirective(token) || token.type === TOKEN.DOCUMENT_START;
    nodes.tagHandles = new Map([
      ["!", "!"],
      ["!!", CORE_TAG_PREFIX],
    ]);
    let head: CommentText | null = null;
    if (isExplicit) {
      this.parseDocumentStart();
    } else {
      head = reader.splitDocumentHead();
    }
    builder.startDocument(head, isExplicit ? reader.lastEnd : 0);
    if (isExplicit && endsDocument(reader.peek())) {
      nodes.addEmpty(NO_PROPERTIES);
    } else {
      nodes.parseRoot();
    }
    this.endDocument();
    return true;
  }

  private skipDocumentEnds(): void {
    let token = this.reader.peek();
    while (token.type === TOKEN.DOCUMENT_END) {
      this.reader.take(token);
      token = this.reader.peek();
    }
  }

  private parseDocumentStart(): void {
    const { reader } = this;
    const ownHandles = new Set<string>();
    let hasVersion = false;
    let token = reader.peek();
    while (isDirective(token)) {
      if (token.type === TOKEN.VERSION_DIRECTIVE) {
        checkVersion(token, hasVersion);
        hasVersion = true;
      } else {
        this.addTagHandle(token, ownHandles);
      }
      this.builder.addExtra("directive", token.start, token.end);
      reader.take(token);
      token = reader.peek();
    }
    if (token.type !== TOKEN.DOCUMENT_START) {
      throw parseError("did not find expected <document start>", token, null);
    }
    reader.take(token);
  }

  private addTagHandle(token: Token, ownHandles: Set<string>): void {
    if (ownHandles.has(token.text)) {
      throw parseError("found duplicate %TAG directive", token, null);
    }
    ownHandles.add(token.text);
    this.nodes.tagHandles.set(token.text, token.suffix);
  }

  private endDocument(): void {
    const token = this.reader.peek();
    const end = token.start;
    if (token.type === TOKEN.DOCUMENT_END) {
      this.reader.take(token);
    }
    const { head, foot } = this.reader.takeComments();
    this.builder.endDocument(foot ?? head, end);
  }
}

function checkVersion(token: Token, isSecond: boolean): void {
  if (isSecond) {
    throw parseError("found duplicate %YAML directive", token, null);
  }
  if (token.text !== "1.1") {
    throw parseError("found incompatible YAML document", token, null);
  }
}

function isDirective(token: Token): boolean {
  return token.type === TOKEN.VERSION_DIRECTIVE || token.type === TOKEN.TAG_DIRECTIVE;
}

function endsDocument(token: Token): boolean {
  return (
    isDirective(token) ||
    token.type === TOKEN.DOCUMENT_START ||
    token.type === TOKEN.DOCUMENT_END ||
    token.type === TOKEN.STREAM_END
  );
}
