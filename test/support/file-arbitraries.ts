/** JSON and dotenv files for property tests, in random styles. */
import fc from "fast-check";

const KEYS = [
  "a",
  "b",
  "c",
  "",
  "__proto__",
  "10",
  "2",
  "toString",
  "é",
  "a:b",
  "x_unencrypted",
  "\u2028",
];

const jsonString = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '""',
    '"\\u0061\\/\\n"',
    '"<&>"',
    '"\\ud83d\\ude00"',
    '"😀"',
    '"ENC[x]"',
    '"\\u2028"',
    '"true"',
  ),
);
const jsonNumber = fc.constantFrom(
  "0", "-0", "1", "-17", "1.50", "1e3", "1E+2", "0.1e-7", "9007199254740993", "9223372036854775807", "1e-400", "3.14159265358979323846",
); // prettier-ignore
const space = fc.constantFrom("", "", " ", "\n", "\r\n\t", "  \n  ");

const { object } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    jsonString,
    jsonNumber,
    fc.constantFrom("true", "false", "null"),
    tie("object"),
    tie("list"),
  ),
  object: fc
    .array(fc.tuple(space, fc.constantFrom(...KEYS), space, space, tie("value"), space), {
      maxLength: 4,
    })
    .map((pairs) => {
      const texts = pairs.map(
        ([a, key, b, c, value, d]) => `${a}${JSON.stringify(key)}${b}:${c}${value}${d}`,
      );
      return `{${texts.join(",")}}`;
    }),
  list: fc
    .array(fc.tuple(space, tie("value"), space), { maxLength: 4 })
    .map((items) => `[${items.map((parts) => parts.join("")).join(",")}]`),
}));

export const jsonText: fc.Arbitrary<string> = fc
  .tuple(space, object, space)
  .map((parts) => parts.join(""));

const dotenvValue = fc.oneof(
  fc.constantFrom(
    "", "v", " v ", "'q'", '"q"', "a\\nb", "\\\\n", "x # y", "a=b", "$X", "`q`", "\tt", "v\r", "ENC[x]", "a\rb", "\\", "\u2028", "é",
  ),
  fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => text.replaceAll("\n", "")),
); // prettier-ignore
const dotenvLine = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom("a", "b", "c", "", "export d", " e", "f ", "__proto__", "x_unencrypted"),
        dotenvValue,
      )
      .map((parts) => parts.join("=")),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        "",
        " c",
        "c",
        "#",
        " a=b",
        "\tt",
        " x\r",
        " a\rb",
        " ENC[AES256_GCM,data:x]",
        "\u2028b",
        " é",
      )
      .map((text) => `#${text}`),
  },
  { weight: 1, arbitrary: fc.constant("") },
);

/** Lines, and now and then bytes that are not UTF-8. */
export const dotenvBytes: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.array(dotenvLine, { maxLength: 8 }), fc.boolean(), fc.constantFrom("", "", "", "a=\u00ff\u00fe\n"))
  .map(([lines, isEnded, raw]) =>
    Buffer.concat([Buffer.from(raw, "latin1"), Buffer.from(lines.join("\n") + (isEnded ? "\n" : ""))]),
  ); // prettier-ignore
