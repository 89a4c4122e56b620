import { SopsError } from "../support/errors.js";
import type { ConfigItem } from "./key-type.js";
import { textField } from "./master-key.js";

/** Comma separated parts, trimmed; empty ones stay (cli.md §2.1). */
export function splitRecipients(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

/** As {@link splitRecipients}, without any white space and without empty parts. */
export function splitCompact(text: string): string[] {
  return text
    .replace(/\s+/g, "")
    .split(",")
    .filter((part) => part !== "");
}

/** The text of a `key_groups` item that is a text, or a mapping with that text in one field. */
export function itemText(item: ConfigItem, field: string): string {
  return typeof item === "string" ? item : textField(item, field);
}

export function invalidRecipient(reason: string): SopsError {
  return new SopsError("INVALID_RECIPIENT", reason);
}
