import { SopsError } from "../../support/errors.js";
import { outputOptions } from "../options/general.js";
import { keyServerOptions } from "../options/key-server.js";
import { defineCommand, type Command } from "./command.js";

const DEFAULT_NETWORK = "tcp";
const DEFAULT_ADDRESS = "127.0.0.1:5000";

export const keyservice: Command = defineCommand({
  name: "keyservice",
  summary: "let other programs use the keys of this machine",
  args: "",
  description:
    "Wraps and unwraps data keys for clients that name this service with --keyservice, with the keys and the " +
    "environment of this process, until it is stopped with Ctrl-C. There is no encryption and no password: a Unix " +
    "socket is for its owner alone, and other addresses than loopback need --allow-remote.",
  examples: [
    {
      line: "leafseal keyservice --network unix --address /run/user/1000/leafseal.sock --prompt",
      does: "serve on a socket, asking before each use of a key",
    },
    {
      line: "leafseal decrypt --keyservice unix:///run/user/1000/leafseal.sock secrets.yaml",
      does: "use it",
    },
  ],
  touchesFiles: false,
  options: { ...keyServerOptions, ...outputOptions },
  async run({ flags }, { runtime, reporter }) {
    const { serveKeys } = await import("../../operations/serve-keys.js");
    try {
      await serveKeys(
        {
          network: flags.network === "" ? DEFAULT_NETWORK : flags.network,
          address: flags.address === "" ? DEFAULT_ADDRESS : flags.address,
          isPrompting: flags.prompt,
          allowRemote: flags.allowRemote,
        },
        runtime,
        reporter,
      );
      return 0;
    } catch (error) {
      if (!(error instanceof SopsError)) {
        throw error;
      }
      // spec: cli.md §11, an error without a code of its own is a fatal log line.
      reporter.failure(error, "log");
      return error.exitCode;
    }
  },
});
