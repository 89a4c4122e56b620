import { floatFlat } from "../document/float-text.js";
import type { ScalarValue } from "../document/tree.js";
import { decodeText } from "../support/text.js";

/** A value as text in the formats that know only text, dotenv and INI (spec: formats.md §8, §9.2). */
export function flatText(value: ScalarValue): string {
  switch (value.kind) {
    case "string":
      return value.value;
    case "bytes":
      return decodeText(value.value);
    case "int":
    case "uint":
      return value.value.toString();
    case "float":
      return floatFlat(value.value);
    case "bool":
      return value.value ? "true" : "false";
    case "timestamp":
      return value.value.replace(/\.\d+/, "");
    case "null":
      return "<nil>";
  }
}
