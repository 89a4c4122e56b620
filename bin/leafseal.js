#!/usr/bin/env node
import { main } from "../dist/cli/main.js";
import { createNodeRuntime } from "../dist/support/node-runtime.js";

process.exitCode = await main(process.argv.slice(2), createNodeRuntime());
