import { bool, text, type BoolOption, type StringOption } from "./option.js";

/** Spec: cli.md §2, column ks. */
export const keyServerOptions: {
  network: StringOption;
  address: StringOption;
  prompt: BoolOption;
  allowRemote: BoolOption;
} = {
  network: text(["network", "net"], "NETWORK", "tcp, or unix for a socket (default: tcp)"),
  address: text(
    ["address", "addr"],
    "ADDRESS",
    "host:port, or the path of the socket (default: 127.0.0.1:5000)",
  ),
  prompt: bool("prompt", "ask at this terminal before a key is used"),
  /** Our addition (decisions.md, key service). */
  allowRemote: bool("allow-remote", "listen where other machines can connect"),
};
