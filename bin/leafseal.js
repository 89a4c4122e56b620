#!/usr/bin/env node
import { main } from "../dist/program/cli/main.js";
import { createNodeRuntime, installLastResort } from "../dist/program/support/node-runtime.js";

installLastResort();
process.exitCode = await main(process.argv.slice(2), createNodeRuntime());
