import type { LoadedConfig } from "../../../src/config/load.js";
import { withConfigPath } from "../../../src/config/load.js";
import { parseConfigContent } from "../../../src/config/schema.js";
import { parseYaml } from "../../../src/support/yaml.js";

/** A configuration as loaded from `.sops.yaml` in `directory`. */
export function configOf(text: string, directory = "/repo"): LoadedConfig {
  return withConfigPath(".sops.yaml", () => ({
    ...parseConfigContent(parseYaml(new TextEncoder().encode(text))),
    path: ".sops.yaml",
    directory,
  }));
}
