/** security.md C8: whatever happens to an encrypted file, it is refused or gives exactly the original data. */
import { beforeAll, describe, expect, test } from "vitest";

import { ERROR_CODES } from "../../src/support/error-codes.js";
import { type DataLeaf, dataOf } from "../support/file-data.js";
import { createRandom, type Random } from "../support/random.js";
import {
  EXTENSIONS,
  LAYOUTS,
  open,
  seal,
  tryOpen,
  withoutKeyCost,
  type LayoutName,
} from "../support/sealing.js";

withoutKeyCost();

const RUNS = 1000;

const PLAIN: Readonly<Record<string, string>> = {
  yaml: `# head comment
db:
  password: 'hunter2'   # inline
  port: 5432
  ratio: 1.50
hosts: [one, two, "three"]
list:
- a: &x first
  b: |
    several
    lines
# between
- *x
-   c: 2001-12-14
    d: yes
    e: true
---
# second document
other: >-
  folded
  text
`,
  json: `{"db": {"password": "hunter2", "port": 5432,
  "ratio": 1.50},
  "hosts": ["one", "two", {"three": true}],
  "text": "caf\\u00e9 <&>", "last": "end"
}
`,
  env: `# comment
PASSWORD=hunter2
HOST="localhost"

# another
LONG=a\\nb c
EMPTY=
LAST=end
`,
  ini: `; head
[db]
password = hunter2
port=5432 ; dropped

# about hosts
[hosts]
one   = 1
two = """a
b"""
three = 'x'
`,
  bin: "\u0000\u0001binary \u00ff content\r\n",
};

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const lines = (bytes: Buffer): string[] => bytes.toString("latin1").split(/(?<=\n)/);
const unlines = (parts: readonly string[]): Buffer => Buffer.from(parts.join(""), "latin1");

const SNIPPETS = [
  "\n", " ", "#", "ENC[", "]", '"', "'", "a: b\n", "---\n", "...\n", "x=y\n", "[sops]\n", "sops:\n", "{", "}", "\u0000", "\u00ff", "&a ", "*x", "!t ", "%TAG ! x\n",
  ",", ":", "null", "\r", "\t", "- ", "? ", "<<: ", '"""', "`", "\\", "=", ";", "\ufeff", "\u0085",
]; // prettier-ignore

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  function cut(bytes, random) {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(40))]);
  },
  function cutEnd(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length);
    const text = Buffer.from(random.pick(SNIPPETS));
    return Buffer.concat([bytes.subarray(0, at), text, bytes.subarray(at)]);
  },
  function splice(bytes, random) {
    const [from, at] = [random.below(bytes.length), random.below(bytes.length)];
    const part = bytes.subarray(from, from + random.below(120));
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at + random.below(120))]);
  },
  function spliceOther(bytes, random, other) {
    const [from, at] = [random.below(other.length), random.below(bytes.length)];
    const part = other.subarray(from, from + random.below(200));
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at + random.below(200))]);
  },
  function swapLines(bytes, random) {
    const parts = lines(bytes);
    const [a, b] = [random.below(parts.length), random.below(parts.length)];
    [parts[a], parts[b]] = [parts[b] ?? "", parts[a] ?? ""];
    return unlines(parts);
  },
  function swapNearLines(bytes, random) {
    const parts = lines(bytes);
    const a = random.below(Math.min(20, parts.length));
    const b = Math.min(parts.length - 1, a + 1);
    [parts[a], parts[b]] = [parts[b] ?? "", parts[a] ?? ""];
    return unlines(parts);
  },
  function repeatLine(bytes, random) {
    const parts = lines(bytes);
    const line = random.pick(parts);
    parts.splice(random.below(parts.length), 0, line);
    return unlines(parts);
  },
  function dropLine(bytes, random) {
    const parts = lines(bytes);
    parts.splice(random.below(Math.min(25, parts.length)), 1);
    return unlines(parts);
  },
  function otherLine(bytes, random, other) {
    const parts = lines(bytes);
    parts[random.below(parts.length)] = random.pick(lines(other));
    return unlines(parts);
  },
  function swapCiphertexts(bytes, random) {
    const parts = bytes.toString("latin1").split(/(ENC\[[^\]]*\])/);
    const count = (parts.length - 1) / 2;
    const [a, b] = [random.below(count) * 2 + 1, random.below(count) * 2 + 1];
    [parts[a], parts[b]] = [parts[b] ?? "", parts[a] ?? ""];
    return unlines(parts);
  },
  function doubleFile(bytes, random, other) {
    return Buffer.concat(random.below(2) === 0 ? [bytes, other] : [other, bytes]);
  },
];

interface Scene {
  readonly sealed: Buffer;
  /** The same plain file, encrypted again and hence with another data key. */
  readonly other: Buffer;
  readonly data: readonly DataLeaf[];
}

/** A label may be changed where the text fits both types (security.md §13). */
function normal(data: readonly DataLeaf[], hasOwnLabels: boolean): string {
  return JSON.stringify(data.map(({ path, kind, text }) => [path, hasOwnLabels ? kind : "", text]));
}

const labels = (bytes: Buffer): string =>
  (bytes.toString("latin1").match(/type:\w+/g) ?? []).toSorted().join();

async function verdict(scene: Scene, mutated: Buffer, extension: string): Promise<string> {
  const { exitCode, stdout, stderr } = await tryOpen(mutated, extension, { args: ["--json"] });
  if (exitCode !== 0) {
    const last = stderr.trimEnd().split("\n").at(-1) ?? "";
    const { code } = JSON.parse(last) as { code: string };
    const isTyped = code in ERROR_CODES && code !== "INTERNAL";
    return isTyped && stdout.length === 0 ? `refused ${exitCode}` : `bad refusal: ${stderr}`;
  }
  const hasOwnLabels = labels(mutated) === labels(scene.sealed);
  const data = await dataOf(stdout, extension);
  return normal(data, hasOwnLabels) === normal(scene.data, hasOwnLabels)
    ? "same data"
    : `other data: ${stdout.toString()}`;
}

describe.each(EXTENSIONS)(
  "a mutated %s file is refused or gives the original data",
  (extension) => {
    const scenes = new Map<LayoutName, Scene>();
    beforeAll(async () => {
      const plain = PLAIN[extension] ?? "";
      for (const layout of LAYOUTS) {
        const [sealed, other] = [
          await seal(plain, extension, { layout }),
          await seal(plain, extension, { layout }),
        ];
        scenes.set(layout, {
          sealed,
          other,
          data: await dataOf(await open(sealed, extension), extension),
        });
      }
    });

    test.each(LAYOUTS)("in the layout %s", async (layout) => {
      const scene = scenes.get(layout);
      if (scene === undefined) throw new Error("no scene");
      const tally = new Map<string, number>();
      for (let seed = 0; seed < RUNS; seed += 1) {
        const random = createRandom(seed);
        let mutated: Buffer = Buffer.from(scene.sealed);
        const names: string[] = [];
        for (let count = random.pick([1, 1, 1, 2, 3]); count > 0; count -= 1) {
          const mutate = random.pick(MUTATIONS);
          names.push(mutate.name);
          mutated = Buffer.from(mutate(mutated, random, scene.other));
          if (mutated.length === 0) break;
        }
        const result = await verdict(scene, mutated, extension);
        expect(result, `seed ${seed}, ${names.join("+")}`).toMatch(/^(same data|refused \d+)$/);
        tally.set(result, (tally.get(result) ?? 0) + 1);
      }
      // The test would say little if all were refused for one reason, or hardly any got as far as the values.
      expect(tally.get("same data") ?? 0).toBeGreaterThan(RUNS / 200);
      expect(tally.get("refused 25") ?? 0).toBeGreaterThan(RUNS / 200);
      expect([...tally.keys()].length).toBeGreaterThan(3);
    });
  },
);
