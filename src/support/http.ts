/** What the TLS side of a request trusts; everything absent is the machine's own. Texts are PEM. */
export interface HttpTrust {
  /** In place of the certificate authorities that the machine trusts. */
  readonly authorities?: readonly string[];
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  /** The name that the server's certificate must have, where it is not the host of the address. */
  readonly serverName?: string;
  /** Only ever by the user's own word, never by a file's (security.md N2). */
  readonly isUnchecked?: boolean;
}

export interface HttpRequest {
  readonly method: string;
  /** Absolute, `http:` or `https:`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly trust?: HttpTrust;
  /** Milliseconds for the whole exchange; default 30,000 (security.md N2). */
  readonly timeoutMs?: number;
  /** A longer answer is a failure; default 16 MiB. */
  readonly maxBytes?: number;
}

/** Redirects are answers like any other: nothing is sent to an address that the caller did not name. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; several of one name are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** No answer came. The message names host, port and reason, never a header or a body. */
export class HttpFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HttpFailure";
  }
}

/** Addresses of this machine: never reached through a proxy, and plain http to them is no leak. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/u, "$1").toLowerCase();
  return name === "localhost" || name === "::1" || /^127(?:\.\d{1,3}){3}$/u.test(name);
}

/** `null` for a text that is no address. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
