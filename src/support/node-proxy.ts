import { BlockList, isIP } from "node:net";

import { isLoopback, parseUrl } from "./http.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for an address (spec: keys.md §12), `null` where the way is direct.
 *
 * @throws Error for a variable that is no address; its text may hold a password and is not quoted
 */
export function proxyFor(url: URL, env: Environment): URL | null {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const text = variable(env, name);
  if (text === "" || isLoopback(url.hostname) || isExempt(url, variable(env, "NO_PROXY"))) {
    return null;
  }
  const proxy = parseUrl(text.includes("://") ? text : `http://${text}`);
  if (proxy === null || (proxy.protocol !== "http:" && proxy.protocol !== "https:")) {
    throw new Error(`${name} is not the address of a proxy`);
  }
  return proxy;
}

function variable(env: Environment, name: string): string {
  return env[name] || env[name.toLowerCase()] || "";
}

function isExempt(url: URL, list: string): boolean {
  const host = bareHost(url);
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return list
    .split(",")
    .map((item) => item.trim().toLowerCase())
    .some((item) => {
      const [, name = item, itemPort = port] = /^([^:]*):(\d+)$/u.exec(item) ?? [];
      return item === "*" || (name !== "" && itemPort === port && covers(name, host));
    });
}

/** A domain covers its subdomains; with a leading dot only those; addresses may be ranges. */
function covers(name: string, host: string): boolean {
  if (isIP(host) !== 0) {
    return name === host || isInRange(name, host);
  }
  const domain = name.replace(/^\*?\./u, "");
  return host.endsWith(`.${domain}`) || (domain === name && host === domain);
}

function isInRange(range: string, host: string): boolean {
  const [network = "", bits = ""] = range.split("/", 2);
  const family = isIP(network);
  if (family === 0 || !/^\d{1,3}$/u.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
    return false;
  }
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return isIP(host) === family && list.check(host, type);
}

/** Without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/u, "$1").toLowerCase();
}
