#!/usr/bin/env node
import { main } from "../dist/cli/main.js";
import { createNodeRuntime, installLastResort } from "../dist/support/node-runtime.js";

installLastResort();
process.exitCode = await main(process.argv.slice(2), createNodeRuntime());
