import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Certificates for 127.0.0.1 and localhost, by an authority of their own. Files in PEM. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export function makeCertificates(
  directory: string,
  names = "DNS:localhost,IP:127.0.0.1",
): Certificates {
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = [
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.crt"),
    "-days",
    "30",
    "-subj",
    "/CN=test CA",
  ];
  openssl("req", "-x509", ...newKey, ...authority);
  openssl("req", ...newKey, "-keyout", at("srv.key"), "-out", at("srv.csr"), "-subj", "/CN=test");
  const signed = ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "30"];
  const extension = join(directory, "san");
  spawnSync("sh", ["-c", `printf 'subjectAltName=%s\\n' "$1" > "$2"`, "_", names, extension]);
  openssl(
    "x509",
    "-req",
    "-in",
    at("srv.csr"),
    ...signed,
    "-out",
    at("srv.crt"),
    "-extfile",
    extension,
  );
  return { authority: at("ca.crt"), certificate: at("srv.crt"), key: at("srv.key") };
}
