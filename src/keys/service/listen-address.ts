import { SopsError } from "../../support/errors.js";
import { showText } from "../../support/text.js";
import { isLoopback, parseHostPort, showAddress, type ServiceAddress } from "./address.js";

/**
 * Where a key service is to listen.
 *
 * @param network - `tcp`, `tcp4`, `tcp6` or `unix`
 * @param text - `host:port`, or the absolute path of a socket
 * @throws SopsError CANNOT_LISTEN, REMOTE_NOT_ALLOWED: whoever can connect can use the keys (security.md N3)
 */
export function parseListenAddress(
  network: string,
  text: string,
  allowRemote: boolean,
): ServiceAddress {
  if (network === "unix") {
    return { kind: "unix", path: text };
  }
  const address = parseHostPort(network, text);
  if (address === null) {
    throw new SopsError(
      "CANNOT_LISTEN",
      `cannot listen on network "${showText(network)}", address "${showText(text)}": ` +
        "it has to be tcp and host:port, or unix and the path of a socket",
      { hint: null },
    );
  }
  if (!isLoopback(address.host) && !allowRemote) {
    throw new SopsError(
      "REMOTE_NOT_ALLOWED",
      `${showText(showAddress(address))} can be reached from other machines, without encryption or a password`,
    );
  }
  // Whatever the name service says: a name that counts as loopback is one.
  const isLocalName = address.host.toLowerCase() === "localhost";
  return isLocalName ? { ...address, host: address.family === 6 ? "::1" : "127.0.0.1" } : address;
}
