import type { Stats } from "node:fs";
import * as path from "node:path";

import { matchingRule } from "../config/resolve.js";
import { detectFormat } from "../formats/detect.js";
import { SopsError } from "../support/errors.js";
import { compileGlob, globBase, isGlob } from "../support/glob.js";
import { showText } from "../support/text.js";

import { openEncrypted } from "./encrypted-document.js";
import { absolutePath } from "./input-file.js";
import { listAllFiles, listFiles } from "./list-files.js";
import type { FileSelectionOptions } from "./options.js";
import type { Run } from "./run.js";

/**
 * The files that a verb for many files works on (decisions.md, Many files): a file as it is named, of a directory or
 * a pattern those that carry sops metadata, with `all` those of the whole repository. Each once, in the order found.
 *
 * @throws SopsError NO_FILE (exit 100) where nothing is named or a directory or pattern holds no encrypted file;
 *   CONFLICTING_PARAMETERS for `all` with files
 */
export async function selectFiles(options: FileSelectionOptions, run: Run): Promise<string[]> {
  if (options.all) {
    return selectAll(options, run);
  }
  const { runtime } = run;
  const selected = new Map<string, string>();
  for (const word of options.files) {
    for (const file of await expand(word, run)) {
      const absolute = absolutePath(runtime, file);
      selected.set(absolute, selected.get(absolute) ?? file);
    }
  }
  if (selected.size === 0) {
    throw new SopsError("NO_FILE", "Error: no file specified");
  }
  return [...selected.values()];
}

async function selectAll({ files }: FileSelectionOptions, run: Run): Promise<string[]> {
  if (files.length > 0) {
    throw new SopsError("CONFLICTING_PARAMETERS", "Error: cannot use --all together with files");
  }
  const selected: string[] = [];
  const clear: string[] = [];
  for (const file of await listAllFiles(run.runtime)) {
    if (await carriesMetadata(file, run)) {
      selected.push(file);
    } else if (isNamedByRule(file, run)) {
      clear.push(showText(file));
    }
  }
  if (clear.length > 0) {
    run.notices.warn(
      `a creation rule names these files, but they are not encrypted: ${clear.join(", ")}`,
    );
  }
  if (selected.length === 0) {
    run.notices.warn("there is no encrypted file here");
  }
  return selected;
}

async function expand(word: string, run: Run): Promise<string[]> {
  const { runtime } = run;
  const stat = statOf(word, run);
  if (stat?.isDirectory() === true) {
    return onlyEncrypted(await listFiles(runtime, word), `below ${showText(word)}`, run);
  }
  if (stat !== undefined || !isGlob(word)) {
    return [word];
  }
  const matches = compileGlob(word);
  const base = globBase(word);
  const files = statOf(base, run)?.isDirectory() === true ? await listFiles(runtime, base) : [];
  const found = files.filter((file) => matches(file.split(path.sep).join("/")));
  return onlyEncrypted(found, `matches ${showText(word)}`, run);
}

/** Whoever reads a file that cannot be looked up tells why. */
function statOf(file: string, { runtime }: Run): Stats | undefined {
  try {
    return runtime.fs.statSync(absolutePath(runtime, file), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

async function onlyEncrypted(files: readonly string[], where: string, run: Run): Promise<string[]> {
  const encrypted: string[] = [];
  for (const file of files) {
    if (await carriesMetadata(file, run)) {
      encrypted.push(file);
    }
  }
  if (encrypted.length === 0) {
    throw new SopsError("NO_FILE", `Error: no encrypted file ${where}`);
  }
  return encrypted;
}

/** No encrypted file can be larger: none of the stores reads more. */
const LARGEST = 512 * 1024 * 1024;

const SIGNS = [Buffer.from("sops"), Buffer.from("ENC[AES256_GCM,")];

/** A damaged encrypted file counts: the verb shall say what is wrong with it. */
async function carriesMetadata(file: string, { runtime }: Run): Promise<boolean> {
  const format = detectFormat(undefined, file);
  const absolute = absolutePath(runtime, file);
  try {
    if (runtime.fs.statSync(absolute).size > LARGEST) {
      return false;
    }
    const bytes = Buffer.from(runtime.fs.readFileSync(absolute));
    if (!SIGNS.every((sign) => bytes.includes(sign))) {
      return false;
    }
    await openEncrypted(bytes, format);
    return true;
  } catch (error) {
    const code = error instanceof SopsError ? error.code : "CANNOT_READ";
    // A name without a known ending says nothing about its content.
    return (
      code !== "METADATA_NOT_FOUND" &&
      code !== "CANNOT_READ" &&
      (format !== "binary" || code !== "CANNOT_PARSE_ENCRYPTED")
    );
  }
}

/** A rule without a pattern fits every file and so names none. */
function isNamedByRule(file: string, run: Run): boolean {
  const config = run.config();
  if (config === null || path.basename(file) === path.basename(config.path)) {
    return false;
  }
  const rule = matchingRule({ machine: run.runtime, file }, config);
  return rule !== null && rule.pathRegex !== "";
}
