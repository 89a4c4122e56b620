/** What the scanner hands to the parser. */
export const TOKEN = {
  STREAM_START: 0,
  STREAM_END: 1,
  VERSION_DIRECTIVE: 2,
  TAG_DIRECTIVE: 3,
  DOCUMENT_START: 4,
  DOCUMENT_END: 5,
  BLOCK_SEQUENCE_START: 6,
  BLOCK_MAPPING_START: 7,
  BLOCK_END: 8,
  FLOW_SEQUENCE_START: 9,
  FLOW_SEQUENCE_END: 10,
  FLOW_MAPPING_START: 11,
  FLOW_MAPPING_END: 12,
  BLOCK_ENTRY: 13,
  FLOW_ENTRY: 14,
  KEY: 15,
  VALUE: 16,
  ALIAS: 17,
  ANCHOR: 18,
  TAG: 19,
  SCALAR: 20,
} as const;

export type TokenType = (typeof TOKEN)[keyof typeof TOKEN];

export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

/** Where the parts of a block scalar stand. */
export interface BlockLayout {
  readonly headerStart: number;
  /** Behind the header without its comment (`|2-`). */
  readonly headerEnd: number;
  /** The content, from the start of its first line up to the line break that ends the scalar (not included). */
  readonly contentStart: number;
  readonly contentEnd: number;
  /** Column of the content. */
  readonly indent: number;
  /** Column of the enclosing block collection; -1 at the top. */
  readonly parentIndent: number;
}

/** A token that may turn out to be a key when a `:` follows on its line. */
export interface SimpleKey {
  isPossible: boolean;
  /** The parser must not have the token before it is decided. */
  isAwaited: boolean;
  /** The grammar allows nothing but a key here. */
  isRequired: boolean;
  /** Number of the token, counted from the start of the stream. */
  token: number;
  start: number;
  line: number;
  column: number;
}

export interface Token {
  readonly type: TokenType;
  /** Index of the first character; of a block end: where it takes effect (spec: formats.md §5.3 (d)). */
  readonly start: number;
  /** Index after the last character; of a block scalar: of its content. */
  readonly end: number;
  /** Line and column of the start, from 0. */
  readonly line: number;
  readonly column: number;
  /** Text of a scalar, name of an anchor or alias, handle of a tag, version or handle of a directive. */
  readonly text: string;
  /** Suffix of a tag, prefix of a tag directive. */
  readonly suffix: string;
  readonly style: ScalarStyle;
  readonly block: BlockLayout | null;
  /** Set by the scanner while this token may be a key; its entry may have moved on to another token since. */
  candidate: SimpleKey | null;
}
