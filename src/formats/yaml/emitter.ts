/** The canonical writer: walks a tree and puts it on the page (spec: formats.md §5.6, §5.9). */
import type { Pair, ScalarValue, TreeValue } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { type NodeComments, WaitingComments } from "./emit-comments.js";
import {
  type Collection,
  type Entry,
  type Frame,
  hasNext,
  headOf,
  joinComments,
  openFrame,
  takeEntry,
} from "./emit-frame.js";
import { LineWriter } from "./emit-lines.js";
import { MERGE, spellScalar, type Spelling, spellString } from "./emit-scalar.js";
import { writeSpelling } from "./emit-spelling.js";

const MAX_DEPTH = 10_000;
const MAX_SIMPLE_KEY_BYTES = 128;

/** One text of any number of documents. Open collections are on a stack of its own: depth costs no call stack. */
export class Emitter {
  readonly #lines: LineWriter;
  readonly #waiting: WaitingComments;
  readonly #stack: Frame[] = [];

  /** @param step spaces per level, 2 to 9 */
  constructor(step: number) {
    this.#lines = new LineWriter(step);
    this.#waiting = new WaitingComments(this.#lines);
  }

  text(): string {
    return this.#lines.text();
  }

  /** @throws SopsError CANNOT_EMIT for nesting beyond 10,000 levels or a text beyond what a string can hold */
  document(root: TreeValue, hasPredecessor: boolean): void {
    const lines = this.#lines;
    if (hasPredecessor) {
      lines.startLine();
      lines.word("---");
      lines.startLine();
    }
    if (this.#waiting.hasHead()) {
      this.#waiting.headStep();
      lines.endLine();
    }
    this.#root(root);
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      this.#advance(frame);
    }
    lines.footIndent = 0;
    this.#waiting.footStep();
    lines.footIndent = -1;
    lines.startLine();
  }

  #root(root: TreeValue): void {
    const frame = this.#start(root, {}, false);
    this.#waiting.headStep();
    this.#value(root, frame, false);
  }

  #advance(frame: Frame): void {
    if (!hasNext(frame)) {
      this.#stack.pop();
      this.#close(frame);
      return;
    }
    if (!frame.hasStarted) {
      const isRoot = frame.outerIndent < 0;
      this.#lines.indent = isRoot ? 0 : this.#lines.nestedIndent(frame.isListElement);
    }
    const entry = takeEntry(frame);
    if (entry.item.kind === "pair") {
      frame.endTail = entry.foot;
      this.#pair(entry.item, entry);
    } else {
      this.#element(entry.item, entry);
    }
  }

  #pair(pair: Pair, { head, line }: Entry): void {
    const { value } = pair;
    this.#waiting.bring({ head });
    this.#waiting.headStep();
    this.#lines.startLine();
    this.#waiting.putLineAside();
    this.#key(pair);
    const frame = this.#start(value, { line }, false);
    if (frame !== null && hasNext(frame)) {
      this.#waiting.placeKeyLineNow();
    } else {
      this.#waiting.placeKeyLineBehind();
    }
    this.#value(value, frame, false);
  }

  #key(pair: Pair): void {
    const lines = this.#lines;
    const spelling = spellKey(pair);
    if (isSimpleKey(pair.key, spelling)) {
      this.#spelling(spelling, false);
      lines.glue(":");
      return;
    }
    lines.indicator("?");
    this.#spelling(spelling, false);
    lines.startLine();
    lines.indicator(":");
  }

  #element(value: TreeValue, { head, line, foot }: Entry): void {
    const frame = this.#start(value, { head, line, foot }, true);
    this.#waiting.headStep();
    this.#lines.startLine();
    this.#lines.indicator("-");
    this.#value(value, frame, true);
  }

  /** Takes the comments that a value brings when it starts: of a collection its head, the others wait for its end. */
  #start(value: TreeValue, comments: NodeComments, isListElement: boolean): Frame | null {
    if (!isCollection(value)) {
      this.#waiting.bring(comments);
      return null;
    }
    const frame = openFrame(value, {
      isListElement,
      outerIndent: this.#lines.indent,
      endLine: comments.line ?? "",
      endFoot: comments.foot ?? "",
    });
    this.#waiting.bring({ head: joinComments(comments.head ?? "", headOf(frame)) });
    return frame;
  }

  /** A scalar, the brackets of an empty collection, or the start of a block: its content follows from the stack. */
  #value(value: TreeValue, frame: Frame | null, isListElement: boolean): void {
    if (frame === null) {
      this.#spelling(spellScalar(value as ScalarValue), isListElement);
    } else if (hasNext(frame)) {
      this.#push(frame);
    } else {
      this.#brackets(frame);
    }
    this.#waiting.lineStep();
    this.#waiting.footStep();
  }

  #push(frame: Frame): void {
    if (this.#stack.length >= MAX_DEPTH) {
      throw new SopsError("CANNOT_EMIT", `more than ${String(MAX_DEPTH)} levels of nesting`);
    }
    this.#stack.push(frame);
  }

  #close(frame: Frame): void {
    this.#waiting.bring({ line: frame.endLine, foot: frame.endFoot, tail: frame.endTail });
    if (frame.node.kind === "map") {
      this.#waiting.headStep();
    }
    this.#lines.indent = frame.outerIndent;
  }

  /**
   * sops puts comments that still wait before the brackets, and then no reader takes these for the value. Here they
   * follow; without such comments the text is the same.
   */
  #brackets(frame: Frame): void {
    const lines = this.#lines;
    this.#waiting.append({ line: frame.endLine, foot: frame.endFoot });
    if (frame.node.kind === "list") {
      lines.word("[]");
      return;
    }
    lines.word("{");
    lines.indent = lines.nestedIndent(frame.isListElement);
    this.#waiting.headStep();
    lines.indent = frame.outerIndent;
    lines.glue("}");
  }

  #spelling(spelling: Spelling, isListElement: boolean): void {
    writeSpelling(this.#lines, this.#waiting, spelling, isListElement);
  }
}

function isCollection(value: TreeValue): value is Collection {
  return value.kind === "map" || value.kind === "list";
}

function spellKey(pair: Pair): Spelling {
  if (pair.keyType !== undefined) {
    return { style: "plain", text: pair.key };
  }
  return pair.key === "<<" && isMergeable(pair.value) ? MERGE : spellString(pair.key);
}

/** Whether `<<` with this value is a merge to a YAML reader; it would refuse any other. spec: formats.md §12 #4 */
function isMergeable(value: TreeValue): boolean {
  return (
    value.kind === "map" ||
    (value.kind === "list" &&
      value.items.every((item) => item.kind === "map" || item.kind === "comment"))
  );
}

/** spec: formats.md §5.7 */
function isSimpleKey(key: string, spelling: Spelling): boolean {
  if (spelling.isMultiline === true) {
    return false;
  }
  return (
    key.length * 3 <= MAX_SIMPLE_KEY_BYTES || Buffer.byteLength(key, "utf8") <= MAX_SIMPLE_KEY_BYTES
  );
}
