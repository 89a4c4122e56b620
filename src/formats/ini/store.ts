import { encodeText } from "../../support/text.js";
import { hasMetadataEntry } from "../metadata-entry.js";
import type { Store } from "../store.js";
import { emitIniValue } from "./emit-value.js";
import { emitIni } from "./emit.js";
import { asIniDocument } from "./ini-document.js";
import { joinIniMetadata, splitIniMetadata } from "./metadata.js";
import { parseIni } from "./parse.js";
import { renderIni, segmentIni } from "./splice.js";

/** INI: one map per section, all values strings (spec: formats.md §9). Knows no style: its layout is fixed. */
export const iniStore: Store = {
  format: "ini",
  parse: parseIni,
  segment: (document) => segmentIni(asIniDocument(document)),
  render: (document, branches, mode) => {
    const [branch] = branches;
    return branch === undefined || branches.length > 1
      ? null
      : renderIni(asIniDocument(document), branch, mode);
  },
  emit: (branches) => encodeText(emitIni(branches)),
  emitValue: (value) => encodeText(emitIniValue(value)),
  splitMetadata: splitIniMetadata,
  joinMetadata: joinIniMetadata,
  isReserved: hasMetadataEntry,
};
