import { encodeText } from "../../support/text.js";

/** Where a key service is reached. */
export type ServiceAddress = TcpAddress | UnixAddress;

interface TcpAddress {
  readonly kind: "tcp";
  /** A name or an IP address, IPv6 without brackets. Empty: all addresses of this machine. */
  readonly host: string;
  readonly port: number;
  /** `tcp4`, `tcp6`; `undefined` leaves it to the name. */
  readonly family: 4 | 6 | undefined;
}

interface UnixAddress {
  readonly kind: "unix";
  readonly path: string;
}

const MAX_PORT = 65_535;
const FAMILIES: ReadonlyMap<string, 4 | 6 | undefined> = new Map([
  ["tcp", undefined],
  ["tcp4", 4],
  ["tcp6", 6],
]);

/**
 * The address in `tcp://host:port` (also `tcp4`, `tcp6`) or `unix:///path`, in which `%XX` stands for a byte
 * (keys.md §4). `null` when it is no such URI.
 */
export function parseServiceUri(uri: string): ServiceAddress | null {
  const [, scheme = "", rest = ""] = /^([a-z0-9]+):\/\/(.*)$/is.exec(uri) ?? [];
  const network = scheme.toLowerCase();
  if (network === "unix") {
    const path = decodePercent(rest);
    return path !== null && /^\/[^\0]+$/.test(path) ? { kind: "unix", path } : null;
  }
  const address = parseHostPort(network, rest.endsWith("/") ? rest.slice(0, -1) : rest);
  return address?.host === "" || address?.port === 0 ? null : address;
}

/** `host:port`, `[v6]:port` or `:port`, of a network that is `tcp`, `tcp4` or `tcp6`. */
export function parseHostPort(network: string, text: string): TcpAddress | null {
  const match = /^(?:\[([0-9a-f:.]+(?:%[^\]/]+)?)\]|([^:[\]/?#@%\s\0]*)):([0-9]{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > MAX_PORT || !FAMILIES.has(network)) {
    return null;
  }
  return { kind: "tcp", host: match[1] ?? match[2] ?? "", port, family: FAMILIES.get(network) };
}

/** The address as a URI, for messages. */
export function showAddress(address: ServiceAddress): string {
  return address.kind === "unix" ? `unix://${address.path}` : `tcp://${hostAndPort(address)}`;
}

export function hostAndPort({ host, port }: TcpAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${String(port)}`;
}

/**
 * The system has no room for the path of this socket. Node would cut it off without a word and use another file.
 */
export function isPathTooLong(path: string, platform: NodeJS.Platform): boolean {
  const room = platform === "linux" ? 107 : 103;
  return encodeText(path).length > room;
}

/** Only this machine can reach it. Names are not looked up: except for `localhost` they count as remote. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^::ffff:/, "");
  return plain === "localhost" || plain === "::1" || /^127(?:\.\d{1,3}){3}$/.test(plain);
}

function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
