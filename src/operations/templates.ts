import type { FormatId } from "../formats/store.js";

/** What a new file shows in the editor: our own words, correct in its format and not empty (cli.md §8.1). */
export const TEMPLATES: Readonly<Record<FormatId, string>> = {
  yaml: `hello: Welcome! Replace these examples with your own entries; values are encrypted when you save.
example_key: example_value
# a comment is encrypted as well
example_array:
    - example_value1
    - example_value2
example_number: 1234.56789
example_booleans:
    - true
    - false
`,
  json: `{
\t"hello": "Welcome! Replace these examples with your own entries; values are encrypted when you save.",
\t"example_key": "example_value",
\t"example_array": [
\t\t"example_value1",
\t\t"example_value2"
\t],
\t"example_number": 1234.56789,
\t"example_booleans": [
\t\ttrue,
\t\tfalse
\t]
}
`,
  dotenv: `# a comment is encrypted as well
hello=Welcome! Replace these examples with your own entries
example_key=example_value
example_multiline=line one\\nline two\\nline three
`,
  ini: `[Welcome!]
; a comment is encrypted as well
hello       = Replace these examples with your own entries
example_key = example_value
`,
  binary:
    "Welcome! Replace this text with the content of your file; all of it is encrypted when you save.",
};
