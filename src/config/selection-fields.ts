import { SELECTION_FIELDS, type SelectionSettings } from "../document/selection.js";
import type { YamlMap } from "../support/yaml-data.js";
import { textOf } from "./fields.js";

/** The six settings of a rule; their names are those of the metadata. Empty ones are absent. */
export function parseSelectionFields(map: YamlMap): SelectionSettings {
  return mergeSelections(
    Object.fromEntries(
      SELECTION_FIELDS.map(({ field, metadata }) => [field, textOf(map, metadata)]),
    ),
    {},
  );
}

/** For each of the six the first one's text, if it is not empty, else the second one's (config.md §8). */
export function mergeSelections(
  first: SelectionSettings,
  second: SelectionSettings,
): SelectionSettings {
  const merged: { -readonly [Field in keyof SelectionSettings]: SelectionSettings[Field] } = {};
  for (const { field } of SELECTION_FIELDS) {
    const text = isSet(first[field]) ? first[field] : second[field];
    if (isSet(text)) {
      merged[field] = text;
    }
  }
  return merged;
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
