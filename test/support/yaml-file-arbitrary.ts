/** YAML files for property tests: random trees in random styles, with comments and blank lines wherever they may stand. */
import fc from "fast-check";

const WORDS = [
  "a", "x y", "true", "yes", "No", "null", "~", "0x1F", "1.50", "012", "1_000", "2001-12-14", "12:30:45", "1e3", ".inf", "-0", "+1", "é", "日本", "a#b", "a:b", "http://x/y?z=1#f",
  "-x", "?x", ":x", "<<", "=", "a b  c", "\u00a0n", "x\\y", "a'b", 'a"b', "v1.2.3", "1.0.0", "00", "0o7", "1__0", "08", "😀",
]; // prettier-ignore
const QUOTED = [
  "", "a", " a ", "it''s", "a: b", "# no", "[x]", "{x: y}", "a, b", "- x", "| x", "&a", "*a", "!t", "ENC[x]", "\t", "é", "null", "17", "true", "a\\b",
]; // prettier-ignore
const DOUBLE = [
  ...QUOTED.map((text) => text.replaceAll("\\", "\\\\")), "a\\nb", "a\\n", "\\ta\\x41", "\\u00e9\\U0001F600", "\\e[0m\\0", "a\\\"b", "\\N\\_\\L\\P", "a\\r\\n",
]; // prettier-ignore
const BLOCK_LINES = [
  "a",
  "a b",
  "  indented",
  "# no comment",
  "a: b",
  "- x",
  "",
  "",
  "\ttab",
  "é",
  "x ",
  "'",
];
const COMMENTS = [
  " c", "c", "", "#", " # x", " a: b", " 'q'", ' "q', "\tt", " ENC[AES256_GCM,data:x]", " é 😀", " !t &a *a", "!", " x ", " ---", " [", " trailing\t",
]; // prettier-ignore

const comment = fc.constantFrom(...COMMENTS).map((text) => `#${text}`);

/** Lines that may stand before any item. */
const filler: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 8, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.constant([""]) },
  {
    weight: 4,
    arbitrary: fc.array(fc.oneof(comment, comment, fc.constant("")), {
      minLength: 1,
      maxLength: 4,
    }),
  },
);

const tail = fc.oneof(
  { weight: 5, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constantFrom(" ", "   ") },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(" ", "  ", "    "), comment).map((parts) => parts.join("")),
  },
);

interface Scalar {
  readonly head: string;
  /** Lines below, to be indented. */
  readonly lines: readonly string[];
}

const inlineScalar: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.constantFrom(...QUOTED).map((text) => `'${text}'`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...DOUBLE).map((text) => `"${text.replaceAll("''", "'")}"`),
  },
);

const blockScalar: fc.Arbitrary<Scalar> = fc
  .tuple(
    fc.constantFrom("|", ">"),
    fc.constantFrom("", "-", "+"),
    tail,
    fc.constantFrom("a", "b c", "#x"),
    fc.array(fc.constantFrom(...BLOCK_LINES), { maxLength: 4 }),
  )
  .map(([style, chomp, rest, first, more]) => ({
    head: `${style}${chomp}${rest}`,
    lines: [first, ...more],
  }));

const foldedScalar: fc.Arbitrary<Scalar> = fc
  .tuple(
    fc.constantFrom("", "'", '"'),
    fc.array(fc.constantFrom("a", "b c", "", "d"), { minLength: 1, maxLength: 3 }),
    tail,
  )
  .map(([quote, more, rest]) => ({
    head: `${quote}first`,
    lines: [...more, `last${quote}${rest}`],
  }));

/** One document's value: the text behind its key or dash, and the lines below, relative to the parent. */
type Node =
  | { readonly kind: "scalar"; readonly head: string; readonly lines: readonly string[] }
  | {
      readonly kind: "map" | "list";
      readonly tail: string;
      readonly indent: number;
      readonly items: readonly Item[];
      readonly end: readonly string[];
    };

interface Item {
  readonly before: readonly string[];
  readonly key: string;
  readonly property: string;
  readonly value: Node;
  readonly step: string;
}

const flow = fc.letrec<{ value: string; map: string; list: string }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, flowScalar(), tie("map"), tie("list")),
  map: fc
    .tuple(
      fc.uniqueArray(fc.constantFrom("a", "b", "'c'", '"d"', "e f"), { maxLength: 3 }),
      fc.array(tie("value"), { minLength: 3, maxLength: 3 }),
      fc.constantFrom("", " "),
      fc.constantFrom("", ","),
    )
    .map(([keys, values, pad, comma]) => {
      const pairs = keys.map((key, index) => `${key}: ${values[index] ?? "x"}`);
      return pairs.length === 0 ? `{${pad}}` : `{${pad}${pairs.join(", ")}${comma}${pad}}`;
    }),
  list: fc
    .tuple(
      fc.array(tie("value"), { maxLength: 3 }),
      fc.constantFrom("", " "),
      fc.constantFrom(", ", " , ", ","),
    )
    .map(([values, pad, comma]) => `[${pad}${values.join(comma === "," ? ", " : comma)}${pad}]`),
}));

function flowScalar(): fc.Arbitrary<string> {
  return inlineScalar.filter((text) => /^['"]/.test(text) || !/[,[\]{}?]|^[:-]/.test(text));
}

const scalarNode: fc.Arbitrary<Node> = fc
  .oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(inlineScalar, tail)
        .map(([text, rest]) => ({ head: text + rest, lines: [] })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.oneof(flow.map, flow.list), tail)
        .map(([text, rest]) => ({ head: text + rest, lines: [] })),
    },
    { weight: 1, arbitrary: tail.map((rest) => ({ head: rest.trimStart(), lines: [] })) },
    { weight: 2, arbitrary: blockScalar },
    { weight: 1, arbitrary: foldedScalar },
  )
  .map((scalar) => ({ kind: "scalar", ...scalar }));

const KEYS = [
  "a",
  "b",
  "c d",
  "'q'",
  '"dq"',
  "_x",
  "key-1",
  "é",
  "10",
  "true",
  "k.e.y",
  "x_unencrypted",
];
const TEXT_KEYS = KEYS.filter((key) => !/^(10|true)$/.test(key));

const property = fc.oneof(
  { weight: 12, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constantFrom("!t ", "!<tag:x,1> ") },
);

const { node } = fc.letrec<{ node: Node; map: Node; list: Node }>((tie) => ({
  node: fc.oneof({ depthSize: "small" }, scalarNode, tie("map"), tie("list")),
  map: fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(...TEXT_KEYS), { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(filler, property, tie("node"), fc.constantFrom(" ", " ", "   ")), {
        minLength: 4,
        maxLength: 4,
      }),
      tail,
      fc.constantFrom(1, 2, 4),
      filler,
    )
    .map(([keys, values, rest, indent, end]) => ({
      kind: "map" as const,
      tail: rest,
      indent,
      end,
      items: keys.map((key, index) => toItem(key, values[index])),
    })),
  list: fc
    .tuple(
      fc.array(fc.tuple(filler, property, tie("node"), fc.constantFrom(" ", " ", "   ")), {
        minLength: 1,
        maxLength: 4,
      }),
      tail,
      fc.constantFrom(0, 2, 4),
      filler,
    )
    .map(([values, rest, indent, end]) => ({
      kind: "list" as const,
      tail: rest,
      indent,
      end,
      items: values.map((value) => toItem("", value)),
    })),
}));

type Drawn = [readonly string[], string, Node, string];

function toItem(key: string, drawn: Drawn | undefined): Item {
  const [before, own, value, step]: Drawn = drawn ?? [
    [],
    "",
    { kind: "scalar", head: "x", lines: [] },
    " ",
  ];
  return { before, key, property: own, value, step };
}

const indented = (lines: readonly string[], indent: number): string[] =>
  lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line));

/** The lines of a map's or list's items, `indent` columns in. */
function writeItems(value: Exclude<Node, { kind: "scalar" }>, indent: number): string[] {
  const lines: string[] = [];
  for (const item of value.items) {
    lines.push(...indented(item.before, indent));
    const head = value.kind === "map" ? `${item.key}:` : "-";
    lines.push(...writeValue(head, item, indent, value.kind === "list"));
  }
  lines.push(...indented(value.end, indent));
  return lines;
}

function writeValue(head: string, item: Item, indent: number, isElement: boolean): string[] {
  const { value, step, property: own } = item;
  const start = " ".repeat(indent) + head;
  if (value.kind === "scalar") {
    const text = own + value.head;
    const first = text === "" || text.startsWith("#") ? ` ${text}` : step + text;
    return [
      `${start}${first}`.trimEnd() + (/\S\s+$/.exec(text)?.[0].slice(1) ?? ""),
      ...indented(value.lines, indent + 2),
    ];
  }
  const isCompact =
    isElement && own === "" && value.tail === "" && value.items[0]?.before.length === 0;
  if (isCompact) {
    const inner = indent + head.length + step.length;
    const [first = "", ...more] = writeItems({ ...value, indent: 0 }, inner);
    return [start + step + first.trimStart(), ...more];
  }
  // A list may stand as far left as its key, but not below a dash.
  const inner = value.kind === "list" && !isElement ? value.indent : Math.max(1, value.indent);
  return [
    `${start}${own === "" ? "" : ` ${own.trimEnd()}`}${value.tail}`,
    ...writeItems(value, indent + inner),
  ];
}

const root = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...TEXT_KEYS), { minLength: 1, maxLength: 5 }),
    fc.array(fc.tuple(filler, property, node, fc.constantFrom(" ", " ", "   ")), {
      minLength: 5,
      maxLength: 5,
    }),
    filler,
  )
  .map(([keys, values, end]) =>
    writeItems(
      {
        kind: "map",
        tail: "",
        indent: 0,
        end,
        items: keys.map((key, index) => toItem(key, values[index])),
      },
      0,
    ),
  );

const separator = fc.constantFrom("---", "---", "--- # c", "...\n---", "# c\n---", "---\n# c", "");

/** Mostly valid files of one or two documents; the caller passes over what is refused. */
export const yamlText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("", "", "", "---\n", "--- # c\n", "%YAML 1.1\n---\n", "\ufeff", "\n\n", "# c\n\n"),
    root,
    fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.tuple(separator, root) }),
    fc.constantFrom("\n", "\n", "\n", "\r\n"),
    fc.constantFrom("", "\n", "\n", "\n", "\n\n\n", "\n...\n"),
  )
  .map(([start, first, second, lineEnd, end]) => {
    const lines = second === null || second[0] === "" ? first : [...first, second[0], ...second[1]];
    return (start + lines.join("\n") + end).replaceAll("\n", lineEnd);
  }); // prettier-ignore
