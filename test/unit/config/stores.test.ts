import { expect, it } from "vitest";

import { configOf } from "./config-text.js";

/** config.md §7, decisions.md "Layout" */
it.each<[string, string, object]>([
  ["nothing", "", { indent: [] }],
  ["null sections", "stores: {yaml: ~, json:, json_binary: {indent: ~}}", { indent: [] }],
  [
    "every section",
    "stores: {yaml: {indent: 2}, json: {indent: 0}, json_binary: {indent: -2}, dotenv: {indent: 9}, ini: {x: [1]}}",
    {
      indent: [
        ["yaml", 2],
        ["json", 0],
        ["binary", -2],
      ],
    },
  ],
  ["zero", "stores: {yaml: {indent: 0}}", { indent: [["yaml", 0]] }],
  ["unknown sections", "stores: {toml: [1], yaml: {width: 80}}", { indent: [] }],
  ["a layout", "layout: sops", { layout: "sops", indent: [] }],
  ["the other layout", "layout: source", { layout: "source", indent: [] }],
  ["a null layout", "layout: ~", { indent: [] }],
])("reads %s", (_name, text, expected) => {
  const { stores } = configOf(text);
  expect({ ...stores, indent: [...stores.indent] }).toEqual(expected);
});
