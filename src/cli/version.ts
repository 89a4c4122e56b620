/** Our own version; a test compares it with package.json, which is not read at run time. */
export const LEAFSEAL_VERSION = "0.1.0";

/**
 * What `--version` prints (spec: decisions.md, Names and version).
 *
 * @param isShort - `--disable-version-check`: exactly the line of sops, for programs that compare the whole output
 */
export async function versionText(isShort: boolean): Promise<string> {
  const { COMPATIBLE_SOPS_VERSION } = await import("../document/metadata.js");
  const first = `sops ${COMPATIBLE_SOPS_VERSION}\n`;
  return isShort ? first : `${first}leafseal ${LEAFSEAL_VERSION}\n`;
}
