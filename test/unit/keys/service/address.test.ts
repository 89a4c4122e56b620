import { describe, expect, test } from "vitest";

import {
  isLoopback,
  parseServiceUri,
  showAddress,
  type ServiceAddress,
} from "../../../../src/keys/service/address.js";
import { parseListenAddress } from "../../../../src/keys/service/listen-address.js";
import { SopsError } from "../../../../src/support/errors.js";

function tcp(host: string, port: number, family?: 4 | 6): ServiceAddress {
  return { kind: "tcp", host, port, family };
}

describe("the URI of a service (cli.md §2.2)", () => {
  test.each<[string, ServiceAddress]>([
    ["tcp://127.0.0.1:5000", tcp("127.0.0.1", 5000)],
    ["TCP://Host.example:1/", tcp("Host.example", 1)],
    ["tcp://[::1]:65535", tcp("::1", 65_535)],
    ["tcp4://h:7", tcp("h", 7, 4)],
    ["tcp6://h:7", tcp("h", 7, 6)],
    ["unix:///run/a.sock", { kind: "unix", path: "/run/a.sock" }],
    ["unix:///a%20b%2Fc", { kind: "unix", path: "/a b/c" }],
  ])("%s", (uri, expected) => {
    expect(parseServiceUri(uri)).toEqual(expected);
  });

  test.each([
    "",
    "127.0.0.1:5000",
    "host:5000",
    "tcp:host:1",
    "tcp://host",
    "tcp://host:",
    "tcp://:5000",
    "tcp://host:0",
    "tcp://host:65536",
    "tcp://host:x",
    "tcp://user@host:1",
    "tcp://host:1/path",
    "tcp://::1:5000",
    "tcp://[::1]",
    "tcp://a b:1",
    "http://host:1",
    "udp://host:1",
    "unix://",
    "unix:///",
    "unix://relative",
    "unix:///a%zz",
    "unix:///a%00b",
    "unix:/a",
  ])("%j is none", (uri) => {
    expect(parseServiceUri(uri)).toBeNull();
  });

  test.each(["tcp://127.0.0.1:5000", "tcp://[::1]:1", "unix:///a b"])("%s is shown", (uri) => {
    const address = parseServiceUri(uri);
    expect(address === null ? null : showAddress(address)).toBe(uri);
  });
});

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["LocalHost", true],
  ["", false],
  ["0.0.0.0", false],
  ["::", false],
  ["10.0.0.1", false],
  ["127.0.0.1.example", false],
  ["localhost.example", false],
  ["128.0.0.1", false],
])("%j is loopback: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

function refusal(network: string, text: string, allowRemote = false): string {
  try {
    parseListenAddress(network, text, allowRemote);
    return "none";
  } catch (error) {
    return error instanceof SopsError ? error.code : "another";
  }
}

describe("where a server listens (security.md N3)", () => {
  test.each<[string, string, ServiceAddress]>([
    ["tcp", "127.0.0.1:5000", tcp("127.0.0.1", 5000)],
    ["tcp", "localhost:0", tcp("127.0.0.1", 0)],
    ["tcp6", "localhost:1", tcp("::1", 1, 6)],
    ["tcp", "[::1]:1", tcp("::1", 1)],
    ["unix", "/a/b", { kind: "unix", path: "/a/b" }],
  ])("%s %s", (network, text, expected) => {
    expect(parseListenAddress(network, text, false)).toEqual(expected);
  });

  test.each([
    ["tcp", ":5000"],
    ["tcp", "0.0.0.0:5000"],
    ["tcp", "[::]:5000"],
    ["tcp4", "192.168.1.1:5000"],
    ["tcp", "host.example:5000"],
  ])("%s %s is for other machines too", (network, text) => {
    expect(refusal(network, text)).toBe("REMOTE_NOT_ALLOWED");
    expect(refusal(network, text, true)).toBe("none");
  });

  test.each([
    ["tcp", "127.0.0.1"],
    ["tcp", "127.0.0.1:99999"],
    ["tcp", ""],
    ["udp", "127.0.0.1:1"],
    ["unixgram", "/a"],
    ["", "127.0.0.1:1"],
  ])("%j %j is no address", (network, text) => {
    expect(refusal(network, text, true)).toBe("CANNOT_LISTEN");
  });
});
