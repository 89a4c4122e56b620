/**
 * How to reach a PostgreSQL server, as libpq writes it: an address or `key=value` pairs, with the `PG…` variables for
 * what is not said (spec: keys.md §14).
 */
export interface ConnectionSettings {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** `undefined`: the server may not want one, or `~/.pgpass` has it. */
  readonly password: string | undefined;
  readonly sslMode: SslMode;
  /** Files in PEM; empty where not given. */
  readonly sslRootCertificate: string;
  readonly sslCertificate: string;
  readonly sslKey: string;
  /** Seconds. */
  readonly connectTimeout: number;
  /** Everything else is a setting of the session. */
  readonly sessionSettings: ReadonlyMap<string, string>;
}

export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

type Environment = Readonly<Record<string, string | undefined>>;

const SSL_MODES: readonly SslMode[] = ["disable", "require", "verify-ca", "verify-full"];

/** Keywords that have a variable. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["host", "PGHOST"],
  ["port", "PGPORT"],
  ["dbname", "PGDATABASE"],
  ["user", "PGUSER"],
  ["password", "PGPASSWORD"],
  ["sslmode", "PGSSLMODE"],
  ["sslrootcert", "PGSSLROOTCERT"],
  ["sslcert", "PGSSLCERT"],
  ["sslkey", "PGSSLKEY"],
  ["connect_timeout", "PGCONNECT_TIMEOUT"],
  ["application_name", "PGAPPNAME"],
  ["options", "PGOPTIONS"],
]);

const OWN_FIELDS: ReadonlySet<string> = new Set(
  [...VARIABLES.keys()].filter((key) => key !== "application_name"),
);
const DEFAULT_PORT = "5432";
const DEFAULT_TIMEOUT = "10";

/**
 * @param accountName who connects where no user is named
 * @throws Error whose message quotes nothing of the text, which may hold a password
 */
export function parseConnectionString(
  text: string,
  env: Environment,
  accountName: string,
): ConnectionSettings {
  const given = /^postgres(?:ql)?:\/\//u.test(text) ? readAddress(text) : readPairs(text);
  const value = (key: string, otherwise = ""): string =>
    given.get(key) || env[VARIABLES.get(key) ?? ""] || otherwise;
  const user = value("user", accountName);
  const password = value("password");
  const applicationName = value("application_name");
  return {
    host: value("host", "localhost"),
    port: wholeNumber("port", value("port", DEFAULT_PORT), 65_535),
    database: value("dbname", user),
    user,
    password: password === "" ? undefined : password,
    // The default of sops's driver, not of libpq.
    sslMode: sslModeOf(value("sslmode", "require")),
    sslRootCertificate: value("sslrootcert"),
    sslCertificate: value("sslcert"),
    sslKey: value("sslkey"),
    connectTimeout: wholeNumber("connect_timeout", value("connect_timeout", DEFAULT_TIMEOUT), 3600),
    sessionSettings: new Map([
      ...[...given].filter(([key]) => !OWN_FIELDS.has(key)),
      ...(applicationName === "" ? [] : [["application_name", applicationName] as const]),
      ...optionSettings(value("options")),
    ]),
  };
}

function sslModeOf(text: string): SslMode {
  const mode = SSL_MODES.find((known) => known === text);
  if (mode === undefined) {
    throw new Error(`sslmode must be one of ${SSL_MODES.join(", ")}`);
  }
  return mode;
}

function wholeNumber(name: string, text: string, largest: number): number {
  const number = Number(text);
  if (!/^\d{1,5}$/u.test(text) || number > largest) {
    throw new Error(`${name} is not a number that it can be`);
  }
  return number;
}

/** `-c name=value` and `--name=value`, the forms that `options` is used with. */
function optionSettings(text: string): (readonly [string, string])[] {
  const words = text.match(/(?:\\.|[^\s\\])+/gu) ?? [];
  const settings: (readonly [string, string])[] = [];
  for (const word of words.map((raw) => raw.replaceAll(/\\(.)/gu, "$1"))) {
    const [, name, value] = /^(?:-c|--)?([\w.]+)=(.*)$/su.exec(word) ?? [];
    if (name !== undefined && value !== undefined) {
      settings.push([name, value]);
    } else if (word !== "-c") {
      throw new Error("options holds something else than -c name=value");
    }
  }
  return settings;
}

const ADDRESS =
  /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?(\[[^\]/?#]*\]|[^[\]:/?#@]*)(?::(\d*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/u;

/** Not by the rules of web addresses, which drop common ports and take `///name` for a host. */
function readAddress(text: string): Map<string, string> {
  const match = ADDRESS.exec(text);
  if (match === null) {
    throw new Error("the connection string is no address");
  }
  const [, login = "", host = "", port = "", database = "", query = ""] = match;
  const [, user = "", password = ""] = /^([^:]*)(?::(.*))?$/su.exec(login) ?? [];
  const found: readonly (readonly [string, string])[] = [
    ["host", unescaped(host.replace(/^\[(.*)\]$/u, "$1"))],
    ["port", port],
    ["user", unescaped(user)],
    ["password", unescaped(password)],
    ["dbname", unescaped(database)],
    ...new URLSearchParams(query),
  ];
  return new Map(found.filter(([, value]) => value !== ""));
}

/** `key = value` and `key = 'va lue'`; a backslash takes the next character as it is. */
function readPairs(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const pair = /\s*(\w+)\s*=\s*(?:'((?:\\.|[^'\\])*)'|((?:\\.|[^\s'\\])*))(?=\s|$)/suy;
  while (pair.lastIndex < text.trimEnd().length) {
    const match = pair.exec(text);
    if (match === null) {
      throw new Error("the connection string is neither an address nor a list of key=value");
    }
    const [, key = "", quoted, plain = ""] = match;
    found.set(key, (quoted ?? plain).replaceAll(/\\(.)/gsu, "$1"));
  }
  return found;
}

function unescaped(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new Error("the connection string has a broken % escape");
  }
}
