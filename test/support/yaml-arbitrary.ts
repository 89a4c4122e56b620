/**
 * YAML texts for property tests: nested collections in all styles, with comments, blank lines, tags, anchors and
 * aliases wherever they may stand. Every piece of text that must not stay clear holds {@link SECRET}; keys and anchors
 * never do.
 */
import fc from "fast-check";

export const SECRET = "Hidden";

/** Lines without indentation; the first may follow an indicator on its line. */
type Lines = readonly string[];

const indented = (lines: Lines, by: number): Lines =>
  lines.map((line) => (line === "" ? line : " ".repeat(by) + line));

const word = fc.constantFrom(SECRET, `${SECRET} two`, `x${SECRET}: y`, `${SECRET}'s`, `#${SECRET}`);
const comment = fc.constantFrom(`# ${SECRET}`, `#${SECRET}`, `##  ${SECRET} `);
const tag = fc.constantFrom("", "", "", "", `!${SECRET} `, "!!str ", "! ");

const quoted = word.chain((text) =>
  fc.constantFrom(`'${text.replaceAll("'", "''")}'`, JSON.stringify(text)),
);
const typed = fc.constantFrom("1", "0x1F", "1.50", "true", "~", "", "2001-12-14", "1e3", "yes");
const plain = fc.constantFrom(SECRET, `${SECRET} two`, `a:${SECRET}`, `-${SECRET}`);
const flowScalar = fc.oneof(quoted, plain, typed);

const flow: fc.Arbitrary<string> = fc.letrec<{ node: string; list: string; map: string }>(
  (tie) => ({
    node: fc.oneof({ depthSize: "small" }, flowScalar, tie("list"), tie("map")),
    list: fc
      .tuple(fc.array(tie("node"), { maxLength: 3 }), fc.constantFrom("", ` # ${SECRET}\n      `))
      .map(
        ([items, gap]) => `[${gap}${items.map((item) => (item === "" ? "~" : item)).join(", ")}]`,
      ),
    map: fc
      .array(fc.tuple(fc.nat({ max: 9 }), tie("node")), { maxLength: 3 })
      .map((pairs) => `{${pairs.map(([, value], index) => `f${index}: ${value}`).join(", ")}}`),
  }),
).node;

/** A block scalar with its header; its lines are indented by two against the line of the header. */
const block: fc.Arbitrary<Lines> = fc
  .tuple(
    fc.constantFrom("|", ">", "|-", ">-", "|+", ">+", "|2", `| # ${SECRET}`),
    fc.array(fc.constantFrom(SECRET, `  ${SECRET}`, "", `# ${SECRET}`), { maxLength: 3 }),
  )
  .map(([header, lines]) => [header, ...indented([SECRET, ...lines], 2)]);

const multiLine: fc.Arbitrary<Lines> = fc.constantFrom(
  [SECRET, `  and ${SECRET}`],
  [`"${SECRET}`, "", `  ${SECRET}\\n"`],
  [`'${SECRET}`, `   ${SECRET}'`],
);

const inlineComment = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: comment.map((text) => `  ${text}`) },
);

/** Comments and blank lines before an entry. */
const above: fc.Arbitrary<Lines> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(comment, fc.constant("")), { minLength: 1, maxLength: 3 }),
  },
);

const oneLine: fc.Arbitrary<Lines> = fc
  .tuple(tag, fc.oneof(flowScalar, flow), inlineComment)
  .map(([mark, text, note]) => `${mark}${text}${note}`.split("\n"));
const anchored: fc.Arbitrary<Lines> = fc
  .tuple(fc.nat({ max: 2 }), flow)
  .map(([anchor, text]) => `&a${anchor} ${text}`.split("\n"));
const alias: fc.Arbitrary<Lines> = fc.nat({ max: 2 }).map((anchor) => [`*a${anchor}`]);
const leaf = fc.oneof(
  { weight: 8, arbitrary: oneLine },
  { weight: 2, arbitrary: block },
  { weight: 1, arbitrary: multiLine },
  { weight: 1, arbitrary: anchored },
  { weight: 1, arbitrary: alias },
);

/** Lines of a node; those of a block collection stand below what it belongs to. */
interface Node {
  readonly lines: Lines;
  readonly isBlock: boolean;
}

interface Nodes {
  readonly map: Lines;
  readonly list: Lines;
  readonly value: Node;
}

type Entry = readonly [before: Lines, node: Node, indent: number, note: string];

function pairLines([before, { lines, isBlock }, indent, note]: Entry, index: number): Lines {
  return isBlock
    ? [...before, `k${index}:${note}`, ...indented(lines, 1 + indent)]
    : [...before, `k${index}: ${lines[0] ?? ""}`, ...lines.slice(1)];
}

function elementLines([before, { lines, isBlock }]: Entry): Lines {
  const [first = "", ...others] = lines;
  if (!isBlock) {
    return [...before, `- ${first}`, ...others];
  }
  return first === "" || first.startsWith("#")
    ? [...before, "-", ...indented(lines, 2)]
    : [...before, `- ${first}`, ...indented(others, 2)];
}

function entries(value: fc.Arbitrary<Node>): fc.Arbitrary<Entry[]> {
  const entry = fc.tuple(above, value, fc.nat({ max: 3 }), inlineComment);
  return fc.array(entry, { minLength: 1, maxLength: 4 });
}

const { map: blockMap } = fc.letrec<Nodes>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf.map((lines) => ({ lines, isBlock: false })),
    (tie("map") as fc.Arbitrary<Lines>).map((lines) => ({ lines, isBlock: true })),
    (tie("list") as fc.Arbitrary<Lines>).map((lines) => ({ lines, isBlock: true })),
  ),
  map: entries(tie("value") as fc.Arbitrary<Node>).map((pairs) => pairs.flatMap(pairLines)),
  list: entries(tie("value") as fc.Arbitrary<Node>).map((items) => items.flatMap(elementLines)),
}));

const anchors: fc.Arbitrary<Lines> = fc.constantFrom(
  [`b0: &a0 ${SECRET}`, `b1: &a1 {x: 1, z: ${SECRET}}`, `b2: &a2 [~, "${SECRET}"]`],
  ["b0: &a0 1", "b1: &a1", "  x: ~", `  z: ${SECRET} # ${SECRET}`, "b2: &a2 !t {}"],
);

const document: fc.Arbitrary<string> = fc
  .tuple(
    fc.tuple(anchors, blockMap).map((parts) => parts.flat()),
    above,
    fc.constantFrom("\n", "\n", "\n", "\n\n", ""),
  )
  .map(([lines, tail, end]) => [...lines, ...tail].join("\n") + end);

/** Files of one or two documents; most of them are valid. */
export const yamlText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("", "", "", "---\n", "--- # Hidden\n", "%YAML 1.1 # Hidden\n---\n"),
    document,
    fc.constantFrom(null, null, null, "---\n", "...\n# Hidden\n\n---\n"),
    document,
    fc.constantFrom(false, false, false, true),
  )
  .map(([start, first, between, second, isCrLf]) => {
    const body = between === null ? first : `${first}\n${between}${second}`;
    const text = start + body;
    return isCrLf ? text.replaceAll("\n", "\r\n") : text;
  });

const FRAGMENTS = [
  ..."# |- |? |: |[|]|{|}|, |&a |*a|!t |!!str |\n|\n\n|\r\n|  |\t|'|\"|---\n|...\n|<<: |\\|\u0085|\u2028".split(
    "|",
  ),
  "|\n",
  ">+\n",
  "\ufeff",
];

/** Texts with a few characters put in or left out: mostly invalid, in ways that come up. */
export const brokenYamlText: fc.Arbitrary<string> = fc
  .tuple(
    yamlText,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(...FRAGMENTS)), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [at, cut, fragment]) => {
      const position = at % (changed.length + 1);
      return changed.slice(0, position) + fragment + changed.slice(position + cut);
    }, text),
  );
