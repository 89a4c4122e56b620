import * as path from "node:path";

import {
  destinationOf,
  findDestinationRule,
  showDestination,
  type Destination,
  type DestinationRule,
} from "../../config/destination-rules.js";
import type { LoadedConfig } from "../../config/load.js";
import { matchedPath } from "../../config/paths.js";
import { resolveRecreation } from "../../config/resolve.js";
import type { FormatId } from "../../formats/store.js";
import { parseDecryptionOrder } from "../../keys/decryption-order.js";
import { SopsError } from "../../support/errors.js";
import type { Runtime } from "../../support/runtime.js";
import { showText } from "../../support/text.js";
import { userVaultAddress } from "../../support/vault/address.js";

import { FILES_AT_A_TIME, noticesOf, runBatch } from "../batch.js";
import { isKeyChange } from "../compare-keys.js";
import { openEncrypted } from "../encrypted-document.js";
import { chooseFormats, chooseLayout } from "../file-formats.js";
import { absolutePath, readInput } from "../input-file.js";
import type {
  FileOutcome,
  Notices,
  Publication,
  PublishDialogue,
  PublishOptions,
} from "../options.js";
import { openForChange } from "../rewrite.js";
import { createRun, type Run } from "../run.js";

import type { PublishTarget } from "./destination.js";
import { findFiles, type FoundFile } from "./find-files.js";
import { openTarget } from "./open-target.js";
import { planOfCopy, recreate } from "./recreate.js";
import { mergeDocuments } from "./secret-data.js";

/** What all files of one run share. */
interface Publishing {
  readonly options: PublishOptions;
  readonly config: LoadedConfig;
  readonly dialogue: PublishDialogue;
  readonly isOneOfMany: boolean;
  /** One connection a destination. */
  target(destination: Destination): Promise<PublishTarget>;
}

/**
 * Sends encrypted files to where `destination_rules` say: object stores get the file, or a copy of it for other
 * recipients; Vault gets the decrypted data (spec: cli.md §9.7, config.md §6). Local files stay as they are.
 *
 * @returns one outcome a file; `unchanged` where the answer was no or the same secret was there
 * @throws SopsError CONFIG_NOT_FOUND (1) before anything else, NO_FILE (100); of the only file its own: NO_MATCHING_RULE,
 *   METADATA_NOT_FOUND, CANCELED, HOST_NOT_ALLOWED, NOT_PUBLISHED, VAULT_FAILED (1), and as decrypting and encrypting
 */
export async function publishFiles(
  options: PublishOptions,
  runtime: Runtime,
  notices: Notices,
  dialogue: PublishDialogue,
): Promise<FileOutcome[]> {
  const run = createRun(options, runtime, notices);
  try {
    const config = run.config();
    if (config === null) {
      throw new SopsError("CONFIG_NOT_FOUND", "config file not found");
    }
    const found = findFiles(options.path, options.recursive, runtime);
    const files = new Map(found.map((item) => [item.file, item]));
    if (files.size === 0) {
      notices.warn("the directory holds no file");
      return [];
    }
    const publishing = { options, config, dialogue, ...shareTargets(run) };
    const work = (file = ""): Promise<Omit<FileOutcome, "file">> =>
      publishOne(
        files.get(file) ?? { file, name: file },
        { ...publishing, isOneOfMany: files.size > 1 },
        { ...run, notices: noticesOf(file, files.size, notices) },
      );
    return await runBatch(
      [...files.keys()],
      notices,
      work,
      dialogue.isAsking ? 1 : FILES_AT_A_TIME,
    );
  } finally {
    run.close();
  }
}

function shareTargets({ runtime, notices }: Run): Pick<Publishing, "target"> {
  const opened = new Map<string, Promise<PublishTarget>>();
  const warn = (message: string): void => {
    notices.warn(message);
  };
  return {
    target(destination) {
      const name = JSON.stringify(destination);
      const target = opened.get(name) ?? openTarget(destination, runtime, warn);
      opened.set(name, target);
      return target;
    },
  };
}

async function publishOne(
  found: FoundFile,
  publishing: Publishing,
  run: Run,
): Promise<Omit<FileOutcome, "file">> {
  const { config, options, dialogue } = publishing;
  const { runtime, notices } = run;
  const rule = ruleFor(found.file, config, runtime);
  const destination = destinationOf(rule);
  const name = options.omitExtensions || rule.omitExtensions ? withoutExtension(found) : found.name;
  const publication: Publication = {
    file: absolutePath(runtime, found.file),
    destination: showDestination(destination, name, userVaultAddress(runtime.env)),
  };
  const target = await publishing.target(destination);
  const send = await prepare(found.file, rule, target, publishing, run);
  if (dialogue.isAsking && !(await dialogue.confirm(publication))) {
    return cancel(publication, publishing);
  }
  const isSent = await send(name);
  notices.log("PUBLISH", `${isSent ? "uploaded to" : "already at"} ${publication.destination}`);
  return { status: isSent ? "done" : "unchanged", target: publication.destination };
}

function ruleFor(file: string, config: LoadedConfig, runtime: Runtime): DestinationRule {
  const relative = matchedPath(runtime, config.directory, file);
  return findDestinationRule(config.destinationRules, file, relative);
}

/** A name that begins with its only dot is no extension. */
function withoutExtension({ name }: FoundFile): string {
  return name.slice(0, name.length - path.posix.extname(name).length);
}

function cancel(
  publication: Publication,
  { dialogue, isOneOfMany }: Publishing,
): Omit<FileOutcome, "file"> {
  if (!isOneOfMany) {
    throw new SopsError("CANCELED", `Publication of ${showText(publication.file)} canceled`, {
      hint: null,
    });
  }
  dialogue.tellCanceled(publication);
  return { status: "unchanged" };
}

/** @returns whether something was written */
type Send = (name: string) => Promise<boolean>;

/** Everything that can go wrong on this side, before anybody is asked. */
async function prepare(
  file: string,
  rule: DestinationRule,
  target: PublishTarget,
  { options, config, dialogue }: Publishing,
  run: Run,
): Promise<Send> {
  const format = chooseFormats(file, { inputType: options.inputType }, run).input;
  const order = parseDecryptionOrder(options.decryptionOrder);
  const bytes = await readInput(run.runtime, file);
  if (target.takes === "data") {
    const data = await dataOf(bytes, file, format, options, run);
    return (name) => target.put(name, data);
  }
  const document = await openEncrypted(bytes, format);
  const { recreationRule } = rule;
  const plan =
    recreationRule === null ? null : resolveRecreation(recreationRule, format === "binary", config);
  if (plan === null) {
    return sending(target, bytes);
  }
  for (const warning of plan.warnings) {
    run.notices.warn(warning);
  }
  const look = chooseLayout(format, options, run);
  const copy = await recreate(
    bytes,
    { ...plan, ...look, file, input: format, output: format },
    order,
    run,
  );
  const keyPlan = planOfCopy(file, document, plan);
  if (isKeyChange(keyPlan)) {
    dialogue.tellPlan(keyPlan);
  }
  return sending(target, copy);
}

function sending(target: Extract<PublishTarget, { takes: "files" }>, bytes: Uint8Array): Send {
  return async (name) => {
    await target.put(name, bytes);
    return true;
  };
}

async function dataOf(
  bytes: Uint8Array,
  file: string,
  format: FormatId,
  options: PublishOptions,
  run: Run,
): Promise<ReturnType<typeof mergeDocuments>> {
  const order = parseDecryptionOrder(options.decryptionOrder);
  const opened = await openForChange(
    bytes,
    format,
    { ignoreMac: false, order, audited: { file } },
    run,
  );
  try {
    return mergeDocuments(opened.branches);
  } finally {
    opened.close();
  }
}
