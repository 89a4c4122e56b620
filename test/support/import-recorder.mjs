// For `node --import`: every module that a program loads is written to the file that RECORD_IMPORTS names, one a line.
import { register } from "node:module";

register("./import-recorder-hooks.mjs", import.meta.url);
