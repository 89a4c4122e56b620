/** Changes that somebody without the data key can make to an encrypted file (security.md C1-C3, C5), as text edits. */
import type { Extension } from "./sealing.js";

/** Files that an attacker may take pieces from. */
export interface AttackScene {
  /** The target: values `one`, `two`, in YAML and JSON `list` and `map.deep`, and `note_clear` in clear. */
  readonly sealed: string;
  /** The same file before `one` was changed, under the same data key. */
  readonly older: string;
  /** The same plain file under another data key. */
  readonly stranger: string;
}

export interface Attack {
  readonly name: string;
  readonly exit: number;
  /** Formats that can be attacked so; default all but `bin`. */
  readonly formats?: readonly Extension[];
  edit(scene: AttackScene, extension: Extension): string;
}

const CIPHERTEXT = String.raw`ENC\[[^\]]*\]`;

/** The ciphertext of a key. @throws Error where there is none */
export function ciphertextOf(text: string, key: string): string {
  const found = new RegExp(`(?<![A-Za-z])${key}\\b[^\\n]*?(${CIPHERTEXT})`).exec(text)?.[1];
  if (found === undefined) throw new Error(`no ciphertext of ${key}`);
  return found;
}

/** Replaces once. @throws Error where the text is not there */
export function replaced(text: string, what: string | RegExp, by: string): string {
  const changed = text.replace(what, () => by);
  if (changed === text) throw new Error(`nothing to replace: ${String(what)}`);
  return changed;
}

function withValue(text: string, key: string, value: string): string {
  return replaced(text, ciphertextOf(text, key), value);
}

/** Puts one metadata field in front of the MAC. */
function withField(text: string, extension: Extension, name: string, value: string): string {
  switch (extension) {
    case "yaml":
      return replaced(text, /^ {4}mac:/m, `    ${name}: ${value}\n    mac:`);
    case "env":
      return replaced(text, /^sops_mac=/m, `sops_${name}=${value}\nsops_mac=`);
    case "ini":
      return replaced(text, /^mac\b/m, `${name} = ${value}\nmac`);
    case "json":
    case "bin":
      return replaced(text, '"mac":', `"${name}": ${value},\n"mac":`);
  }
}

const escaped = (text: string): string => text.replaceAll(/[[\]+]/g, "\\$&");

const MAC_LINE = /^[^\w\n]*(?:sops_)?mac"?\s*[:=].*\n/m;
const KEY_BLOCK = /-----BEGIN AGE[\s\S]*?END AGE ENCRYPTED FILE-----/;
const LINE_OF_ONE = /^[^\w\n]*one\b.*\n/m;

const NESTED: readonly Extension[] = ["yaml", "json"];
const ALL: readonly Extension[] = ["yaml", "json", "env", "ini", "bin"];

/** The main value: `data` in a binary file. */
const main = (extension: Extension): string => (extension === "bin" ? "data" : "one");

function clearEntry(extension: Extension, key: string): string {
  switch (extension) {
    case "yaml":
      return `${key}: evil\n`;
    case "json":
    case "bin":
      return `"${key}": "evil",\n`;
    default:
      return `${key}=evil\n`;
  }
}

function withEntry(text: string, extension: Extension, key: string): string {
  return extension === "bin"
    ? replaced(text, /"data"/, `${clearEntry(extension, key)}"data"`)
    : replaced(text, LINE_OF_ONE, `${LINE_OF_ONE.exec(text)?.[0]}${clearEntry(extension, key)}`);
}

function listLines(text: string): string[] {
  return [...text.matchAll(new RegExp(`^[ \\t-]*"?${CIPHERTEXT}"?,?$`, "gm"))].map(
    ([line]) => line,
  );
}

function swapped(text: string, a: string, b: string): string {
  return text.replace(a, "\u0000").replace(b, a).replace("\u0000", b);
}

const tampering: readonly Attack[] = [
  {
    name: "two values swapped",
    exit: 25,
    edit: ({ sealed }) => swapped(sealed, ciphertextOf(sealed, "one"), ciphertextOf(sealed, "two")),
  },
  {
    name: "a value copied to another path",
    exit: 25,
    edit: ({ sealed }) => withValue(sealed, "one", ciphertextOf(sealed, "two")),
  },
  {
    name: "a nested value copied to the top",
    exit: 25,
    formats: NESTED,
    edit: ({ sealed }) => withValue(sealed, "one", ciphertextOf(sealed, "deep")),
  },
  { name: "a key renamed", exit: 25, edit: ({ sealed }) => replaced(sealed, /\bone\b/, "uno") },
  { name: "a key dropped", exit: 51, edit: ({ sealed }) => replaced(sealed, LINE_OF_ONE, "") },
  {
    name: "a list reordered",
    exit: 51,
    formats: NESTED,
    edit({ sealed }) {
      const [a = "", b = ""] = listLines(sealed).map(
        (line) => new RegExp(CIPHERTEXT).exec(line)?.[0] ?? "",
      );
      return swapped(sealed, a, b);
    },
  },
  {
    name: "a list shortened",
    exit: 51,
    formats: NESTED,
    edit: ({ sealed }) => replaced(sealed, `${listLines(sealed)[0]}\n`, ""),
  },
  {
    name: "an older value",
    exit: 51,
    formats: ALL,
    edit: ({ sealed, older }, extension) =>
      withValue(sealed, main(extension), ciphertextOf(older, main(extension))),
  },
  {
    name: "a value of another file",
    exit: 25,
    formats: ALL,
    edit: ({ sealed, stranger }, extension) =>
      withValue(sealed, main(extension), ciphertextOf(stranger, main(extension))),
  },
  {
    name: "the MAC of another file",
    exit: 51,
    formats: ALL,
    edit: ({ sealed, stranger }) => withValue(sealed, "mac", ciphertextOf(stranger, "mac")),
  },
  {
    name: "the data key of another file",
    exit: 25,
    formats: ALL,
    edit({ sealed, stranger }) {
      const key = KEY_BLOCK.exec(stranger)?.[0] ?? "";
      const [own] = KEY_BLOCK.exec(sealed) ?? [""];
      return replaced(sealed, own, key);
    },
  },
  {
    name: "clear text instead of ciphertext",
    exit: 25,
    formats: ALL,
    edit: ({ sealed }, extension) => withValue(sealed, main(extension), "evil"),
  },
  {
    name: "a number instead of ciphertext",
    exit: 25,
    formats: ["yaml", "json", "bin"],
    edit: ({ sealed }, extension) =>
      replaced(sealed, new RegExp(`"?${escaped(ciphertextOf(sealed, main(extension)))}"?`), "17"),
  },
  {
    name: "nothing instead of ciphertext",
    exit: 51,
    formats: ALL,
    edit: ({ sealed }, extension) => withValue(sealed, main(extension), ""),
  },
  {
    name: "a clear value added",
    exit: 25,
    formats: ALL,
    edit: ({ sealed }, extension) => withEntry(sealed, extension, "zwei"),
  },
  {
    name: "a clear value added where the rule leaves values clear",
    exit: 51,
    edit: ({ sealed }, extension) => withEntry(sealed, extension, "more_clear"),
  },
  {
    name: "an unencrypted value changed",
    exit: 51,
    edit: ({ sealed }) => replaced(sealed, "hello", "jello"),
  },
  {
    name: "an unencrypted value dropped",
    exit: 51,
    edit: ({ sealed }) => replaced(sealed, "hello", ""),
  },
  {
    name: "the MAC removed",
    exit: 51,
    formats: ALL,
    edit: ({ sealed }) => replaced(sealed, MAC_LINE, ""),
  },
  {
    name: "the MAC emptied",
    exit: 51,
    formats: ALL,
    edit: ({ sealed }) => withValue(sealed, "mac", ""),
  },
  {
    name: "an older MAC",
    exit: 51,
    formats: ALL,
    edit: ({ sealed, older }) => withValue(sealed, "mac", ciphertextOf(older, "mac")),
  },
  {
    name: "lastmodified changed",
    exit: 51,
    formats: ALL,
    edit: ({ sealed }) => replaced(sealed, /(?<=lastmodified"?\s*[:=]\s*"?)\d{4}/, "2001"),
  },
  {
    name: "mac_only_encrypted flipped",
    exit: 51,
    formats: ALL,
    edit: ({ sealed }, extension) => withField(sealed, extension, "mac_only_encrypted", "true"),
  },
  {
    name: "a selection that hides a ciphertext",
    exit: 51,
    edit: ({ sealed }) =>
      sealed
        .replace("unencrypted_suffix", "unencrypted_regex")
        .replace(/(?<=unencrypted_regex"?\s*[:=]\s*"?)_clear/, "one|clear"),
  },
  {
    name: "a selection that wants a clear value encrypted",
    exit: 25,
    edit: ({ sealed }) => replaced(sealed, /(?<=unencrypted_suffix"?\s*[:=]\s*"?)_clear/, "zzz"),
  },
  {
    name: "a selection beside the one that is there",
    exit: 1,
    edit: ({ sealed }, extension) =>
      withField(
        sealed,
        extension,
        "encrypted_regex",
        extension === "yaml" || extension === "json" ? '"x"' : "x",
      ),
  },
  {
    name: "no recipients",
    exit: 1,
    formats: ALL,
    edit: ({ sealed }, extension) =>
      NESTED.includes(extension) || extension === "bin"
        ? replaced(sealed, /(?<=^\s+"?)age(?="?:)/m, "gone")
        : sealed.replaceAll("age__list_0__map_", "gone__list_0__map_"),
  },
];

const bytesOf = (text: string, field: string): Buffer =>
  Buffer.from(new RegExp(`${field}:([^,\\]]*)`).exec(text)?.[1] ?? "", "base64");

/** Another spelling of the first value's ciphertext. */
function respelled(name: string, respell: (ciphertext: string) => string): Attack {
  return {
    name,
    exit: 25,
    formats: ALL,
    edit({ sealed }, extension) {
      const own = ciphertextOf(sealed, main(extension));
      return replaced(sealed, own, respell(own));
    },
  };
}

function withBytes(text: string, field: string, bytes: Uint8Array): string {
  return replaced(
    text,
    new RegExp(`${field}:[^,\\]]*`),
    `${field}:${Buffer.from(bytes).toString("base64")}`,
  );
}

/** A character whose unused bits are set: decodes to the same bytes in lax decoders. */
function withLooseBits(text: string, field: string): string {
  return text.replace(new RegExp(`(?<=${field}:[^,\\]]*)([A-Za-z0-9+/])(?==+[,\\]])`), (char) => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return alphabet[alphabet.indexOf(char) | 1] ?? char;
  });
}

/** C1-C3: the form of a ciphertext. */
const forms: readonly Attack[] = [
  respelled("text after the bracket", (text) => `${text}x`),
  respelled("text before it", (text) => `x${text}`),
  respelled("a second ciphertext after it", (text) => `${text}${text}`),
  respelled("a field more", (text) => replaced(text, ",type:", ",extra:x,type:")),
  respelled("a field missing", (text) => replaced(text, /,iv:[^,]*/, "")),
  respelled("fields in another order", (text) =>
    text.replace(/(iv:[^,]*),(tag:[^,]*)/, (_, iv: string, tag: string) => `${tag},${iv}`),
  ),
  respelled("another algorithm", (text) => replaced(text, "AES256", "AES128")),
  respelled("loose bits in the tag", (text) => withLooseBits(text, "tag")),
  respelled("loose bits in the iv", (text) => withLooseBits(text, "iv")),
  respelled("padding missing", (text) => replaced(text, /=+(?=,type)/, "")),
  respelled("the url-safe alphabet", (text) =>
    withBytes(text, "iv", Buffer.alloc(32, 0xff)).replaceAll("/", "_"),
  ),
  respelled("a blank in the base64", (text) => text.replace(/(,tag:.)/, "$1 ")),
  ...[4, 8, 12, 15].map((length) =>
    respelled(`a tag of ${length} bytes`, (text) =>
      withBytes(text, "tag", bytesOf(text, "tag").subarray(0, length)),
    ),
  ),
  respelled("a tag of 17 bytes", (text) =>
    withBytes(text, "tag", Buffer.concat([bytesOf(text, "tag"), Buffer.alloc(1)])),
  ),
  respelled("an iv of 65 bytes", (text) => withBytes(text, "iv", Buffer.alloc(65))),
  respelled("no iv", (text) => withBytes(text, "iv", Buffer.alloc(0))),
  ...["int", "float", "bool", "time", "comment", "__proto__", "constructor", "STR", "map"].map(
    (type) => respelled(`the type ${type}`, (text) => replaced(text, /type:\w+/, `type:${type}`)),
  ),
];

export const ATTACKS: readonly Attack[] = [...tampering, ...forms];

export function attacksOn(extension: Extension): Attack[] {
  return ATTACKS.filter(({ formats }) =>
    formats === undefined ? extension !== "bin" : formats.includes(extension),
  );
}
