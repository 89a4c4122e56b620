import { describe, expect, test } from "vitest";

import {
  parseConnectionString,
  type ConnectionSettings,
} from "../../../src/operations/audit/connection-string.js";

const DEFAULTS: ConnectionSettings = {
  host: "localhost",
  port: 5432,
  database: "me",
  user: "me",
  password: undefined,
  sslMode: "require",
  sslRootCertificate: "",
  sslCertificate: "",
  sslKey: "",
  connectTimeout: 10,
  sessionSettings: new Map(),
};

const session = (...pairs: [string, string][]): Partial<ConnectionSettings> => ({
  sessionSettings: new Map(pairs),
});

describe("connection strings (keys.md §14)", () => {
  test.each<[string, Partial<ConnectionSettings>]>([
    ["", {}],
    ["postgres://", {}],
    ["postgresql://h", { host: "h" }],
    ["postgres://h:80/d", { host: "h", port: 80, database: "d" }],
    ["postgres://u@h", { user: "u", database: "u", host: "h" }],
    [
      "postgres://u:p%40%2Fw@h:5433/my%20db",
      { user: "u", password: "p@/w", host: "h", port: 5433, database: "my db" },
    ],
    [
      "postgres://u:p:q@[::1]:6/d",
      { user: "u", password: "p:q", host: "::1", port: 6, database: "d" },
    ],
    [
      "postgres://h/d?sslmode=disable&connect_timeout=3",
      { host: "h", database: "d", sslMode: "disable", connectTimeout: 3 },
    ],
    [
      "postgres:///d?host=/run/pg&port=1&user=u&password=x",
      { database: "d", host: "/run/pg", port: 1, user: "u", password: "x" },
    ],
    [
      "host=h port=1 dbname=d user=u password=p",
      { host: "h", port: 1, database: "d", user: "u", password: "p" },
    ],
    [
      "host = h   dbname='two words' password='it\\'s \\\\'",
      { host: "h", database: "two words", password: "it's \\" },
    ],
    ["password=a\\ b host=''", { password: "a b" }],
    [
      "sslmode=verify-full sslrootcert=/ca sslcert=/c sslkey=/k",
      { sslMode: "verify-full", sslRootCertificate: "/ca", sslCertificate: "/c", sslKey: "/k" },
    ],
    [
      "search_path=audit application_name=x",
      session(["search_path", "audit"], ["application_name", "x"]),
    ],
    [
      "options='-c search_path=audit --role=writer -cgeqo=off'",
      session(["search_path", "audit"], ["role", "writer"], ["geqo", "off"]),
    ],
  ])("%s", (text, expected) => {
    expect(parseConnectionString(text, {}, "me")).toEqual({ ...DEFAULTS, ...expected });
  });

  test("variables fill in what is not said", () => {
    const env = {
      PGHOST: "h",
      PGPORT: "7",
      PGUSER: "u",
      PGDATABASE: "d",
      PGPASSWORD: "p",
      PGSSLMODE: "verify-ca",
      PGAPPNAME: "app",
    };
    const filled = {
      host: "h",
      port: 7,
      user: "u",
      database: "d",
      password: "p",
      sslMode: "verify-ca" as const,
    };
    expect(parseConnectionString("", env, "me")).toEqual({
      ...DEFAULTS,
      ...filled,
      ...session(["application_name", "app"]),
    });
    expect(parseConnectionString("host=other port=8", env, "me")).toMatchObject({
      host: "other",
      port: 8,
      user: "u",
    });
  });

  test.each([
    "geheim",
    "host=h geheim",
    "password='geheim",
    "password=geheim'x'",
    "postgres://u:geheim@h:99999999/",
    "postgres://u:geheim%zz@h",
    "host=h password=geheim port=x",
    "host=h password=geheim port=70000",
    "password=geheim sslmode=allow",
    "password=geheim sslmode=prefer",
    "password=geheim connect_timeout=-1",
    "password=geheim options='-x'",
  ])("%s is refused, and not quoted", (text) => {
    let message = "";
    try {
      parseConnectionString(text, {}, "me");
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).not.toBe("");
    expect(message).not.toContain("geheim");
  });
});
