/** Large inputs, made rather than stored: the same bytes on every run. */
import { createHash } from "node:crypto";

/** A secret-looking word of 20 letters, the same for the same number. */
function word(seed) {
  return createHash("sha256").update(`leafseal ${seed}`).digest("base64url").slice(0, 20);
}

/** `leaves` values in maps of 20, every tenth with a comment, as a hand-kept settings file has it. */
export function largeYaml(leaves) {
  const lines = ["# generated"];
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    if (leaf % 20 === 0) lines.push("", `section_${leaf / 20}:`);
    if (leaf % 10 === 0) lines.push(`  # value ${leaf}`);
    const values = [word(leaf), `"${word(leaf)}"`, String(leaf), "true", `${leaf}.50`];
    lines.push(`  key_${leaf}: ${values[leaf % values.length] ?? ""}`);
  }
  return `${lines.join("\n")}\n`;
}

export function largeJson(leaves) {
  const sections = {};
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    const values = [word(leaf), leaf, true, `${word(leaf)}\n`];
    (sections[`section_${Math.floor(leaf / 20)}`] ??= {})[`key_${leaf}`] =
      values[leaf % values.length];
  }
  return `${JSON.stringify(sections, null, 2)}\n`;
}

export function largeDotenv(leaves) {
  const lines = [];
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    if (leaf % 10 === 0) lines.push(`# value ${leaf}`);
    lines.push(`KEY_${leaf}=${word(leaf)}`);
  }
  return `${lines.join("\n")}\n`;
}

export function largeIni(leaves) {
  const lines = [];
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    if (leaf % 20 === 0) lines.push("", `[section_${leaf / 20}]`);
    if (leaf % 10 === 0) lines.push(`; value ${leaf}`);
    lines.push(`key_${leaf} = ${word(leaf)}`);
  }
  return `${lines.slice(1).join("\n")}\n`;
}

/** One YAML file of at least `bytes` bytes whose weight is in a few long block scalars. */
export function heavyYaml(bytes) {
  const parts = [];
  for (let part = 0, size = 0; size < bytes; part += 1) {
    const lines = Array.from(
      { length: 2_000 },
      (_, line) => `  ${word(part * 2_000 + line)}${word(line)}\n`,
    );
    const text = `blob_${part}: |\n${lines.join("")}`;
    parts.push(text);
    size += text.length;
  }
  return parts.join("");
}
