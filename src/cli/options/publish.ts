import { bool, type BoolOption } from "./option.js";

export const publishOptions: { recursive: BoolOption; omitExtensions: BoolOption } = {
  recursive: bool("recursive", "publish every file below the directory PATH"),
  omitExtensions: bool("omit-extensions", "leave the last extension of each name out"),
};
