/** What a decrypted text says, without how it is written: for the real sops reading files in our layout. */
import { parseAllDocuments } from "yaml";

function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([key, item]) => [plain(key), plain(item)]);
  if (Array.isArray(value)) return { list: value.map(plain) };
  if (typeof value === "bigint") return { int: String(value) };
  if (value instanceof Date) return { time: value.toISOString() };
  if (value instanceof Uint8Array) return { binary: Buffer.from(value).toString("base64") };
  return Object.is(value, -0) ? "-0" : value;
}

function yamlValues(text: string): string {
  const documents = parseAllDocuments(text, {
    version: "1.1",
    intAsBigInt: true,
    uniqueKeys: false,
    merge: false,
  });
  const list = "empty" in documents ? [] : documents;
  if (list.some((document) => document.errors.length > 0)) return text;
  return JSON.stringify(
    list.map((document) => plain(document.toJS({ mapAsMap: true, maxAliasCount: -1 }))),
  );
}

/** Lines without comments and blank lines: in these formats every other line is an entry. */
function entryLines(text: string): string {
  const lines = text.split("\n").filter((line) => !/^\s*([#;]|$)/.test(line));
  return lines.join("\n");
}

/** Equal for two outputs of one program exactly if they hold the same documents, keys, order, types and values. */
export function valuesOf(output: Uint8Array, fileName: string): string {
  const text = Buffer.from(output).toString("utf8");
  if (/\.ya?ml$/.test(fileName)) return yamlValues(text);
  if (/\.(env|ini)$/.test(fileName)) return entryLines(text);
  // The real sops 3.11 has no whole numbers in JSON and keeps the sign of a zero; later versions do not.
  if (fileName.endsWith(".json")) return text.replaceAll(/(?<=[\s:,[])-0(?=[\s,\]}])/g, "0");
  return Buffer.from(output).toString("latin1");
}
