import type { ScalarValue, TreeValue } from "../../document/tree.js";
import { ParseError } from "../../support/errors.js";
import type { Mark } from "./cursor.js";
import type { Frame } from "./frame.js";
import { Problems } from "./problems.js";
import { scalarValue, type KeyText } from "./scalar-value.js";
import type { Token } from "./token.js";

/** The root node of a document. */
export interface Root {
  readonly value: TreeValue;
  readonly isAlias: boolean;
  /** A block collection at column 0. */
  readonly isBlockAtMargin: boolean;
  /** Nothing stands there. */
  readonly isEmpty: boolean;
  readonly mark: Mark;
}

/**
 * What a document must fulfil beyond syntax (spec: formats.md §5.1 step 3). sops checks the first document only; here
 * duplicate keys and recursion are refused in every one (formats.md §12 #7).
 */
export class DocumentChecks {
  private readonly problems = new Problems();
  private readonly isFirst: boolean;

  constructor(isFirst: boolean) {
    this.isFirst = isFirst;
  }

  /** A key of `map`; `lines` are those of the keys before it. */
  key(map: Frame, lines: Map<string, number>, { text, line }: Token): void {
    const before = lines.get(text);
    if (before === undefined) {
      lines.set(text, line + 1);
    } else {
      this.problems.list(map.start, line + 1, () => {
        return `mapping key ${JSON.stringify(text)} already defined at line ${before}`;
      });
    }
  }

  /** A list or map as a key: no tree can hold it. */
  collectionKey(kind: "map" | "list", isTopLevel: boolean, start: number, line: number): KeyText {
    if (isTopLevel && this.isFirst) {
      const tag = kind === "map" ? "map" : "seq";
      this.problems.list(start, line + 1, () => `cannot unmarshal !!${tag} into string`);
    } else {
      this.problems.stop(start, line + 1, "invalid map key");
    }
    return { key: "", keyType: undefined };
  }

  /** A scalar that may not fit its tag; what does not is a text for the time being. */
  scalar(token: Token, tag: string): ScalarValue {
    try {
      return scalarValue(token, tag);
    } catch (cause) {
      if (!(cause instanceof ParseError)) {
        throw cause;
      }
      this.problems.stop(token.start, token.line + 1, cause.message);
      return { kind: "string", value: token.text };
    }
  }

  recursion({ start, line }: Token): void {
    this.problems.stop(start, line + 1, "anchor value contains itself");
  }

  /** The value of a merge key. */
  merge(start: number, { line }: Mark, value: TreeValue, isAlias: boolean): void {
    if (!this.isFirst || value.kind === "map") {
      return;
    }
    const isListOfMaps =
      !isAlias &&
      value.kind === "list" &&
      value.items.every((item) => item.kind === "map" || item.kind === "comment");
    if (!isListOfMaps) {
      const problem = "map merge requires map or sequence of maps as the value";
      this.problems.stop(start, line + 1, problem);
    }
  }

  /** @throws ParseError for a root that is no mapping, and for what was found before */
  finish(root: Root | null): void {
    if (
      root !== null &&
      (root.isAlias || (root.value.kind !== "map" && root.value.kind !== "null"))
    ) {
      this.refuseRoot(root);
    }
    this.problems.check();
  }

  private refuseRoot({ value, isAlias, mark }: Root): void {
    const line = mark.line + 1;
    if (this.isFirst) {
      const problem = `cannot unmarshal !!${rootTag(value)} into map[string]interface {}`;
      throw new ParseError(`yaml: unmarshal errors:\n  line ${line}: ${problem}`, line);
    }
    const what = !isAlias && value.kind === "list" ? "sequences" : "values";
    const problem = `YAML documents that are ${what} are not supported`;
    throw new ParseError(problem, line);
  }
}

function rootTag(value: TreeValue): string {
  const tags: Partial<Record<TreeValue["kind"], string>> = {
    list: "seq",
    string: "str",
    bytes: "binary",
    uint: "int",
  };
  return tags[value.kind] ?? value.kind;
}
