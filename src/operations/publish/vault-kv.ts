import { showDestination, type Destination } from "../../config/destination-rules.js";
import { findPair, type MapValue, type TreeValue } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { showText } from "../../support/text.js";
import { userVaultAddress } from "../../support/vault/address.js";
import { createVaultClient, type VaultAnswer } from "../../support/vault/client.js";
import { loadStore } from "../../formats/registry.js";

import type { PublishMachine, SecretStore } from "./destination.js";
import { equalData, jsonOf } from "./secret-data.js";

type Mount = Extract<Destination, { kind: "vault" }>;

const NOT_FOUND = 404;

/**
 * A key-value engine of Vault, version 1 or 2: a file is one secret, written only where its data is not the same
 * (spec: config.md §6).
 *
 * @throws SopsError HOST_NOT_ALLOWED, CONFIG_INVALID, INVALID_ENVIRONMENT
 */
export function openVaultMount(
  destination: Mount,
  machine: PublishMachine,
  warn: (message: string) => void,
): SecretStore {
  const address = destination.address || userVaultAddress(machine.env);
  const client = createVaultClient(address, machine);
  const isVersioned = destination.kvVersion === 2;
  return {
    takes: "data",
    async put(key, data) {
      const shown = showDestination(destination, key, address);
      const segments = segmentsOf(destination, key);
      const answer = await client.request("GET", segments);
      if (answer.problem !== "" && answer.status !== NOT_FOUND) {
        warn(
          `cannot tell what is at ${showText(shown)} now (${answer.problem}); it is written anyway`,
        );
      }
      const present = answer.problem === "" ? await secretIn(answer, isVersioned) : null;
      if (present !== null && equalData(present, data)) {
        return false;
      }
      const json = jsonOf(data);
      const written = await client.request(
        "PUT",
        segments,
        isVersioned ? `{"data":${json}}` : json,
      );
      if (written.problem !== "") {
        throw new SopsError(
          "VAULT_FAILED",
          `could not upload to ${showText(shown)}: ${written.problem}`,
        );
      }
      return true;
    },
  };
}

function segmentsOf({ mount, path, kvVersion }: Mount, key: string): string[] {
  const text = `${mount}${kvVersion === 2 ? "data/" : ""}${path}${key}`;
  return text.split("/").filter((segment) => segment !== "");
}

/** Numbers keep their digits: the answer is read as any JSON file. `null` where there is no secret in it. */
async function secretIn({ body }: VaultAnswer, isVersioned: boolean): Promise<MapValue | null> {
  try {
    const [root] = (await loadStore("json")).parse(body).branches;
    const outer = mapIn(root, "data");
    return isVersioned ? mapIn(outer ?? undefined, "data") : outer;
  } catch {
    return null; // Not what a Vault server answers; writing will tell.
  }
}

function mapIn(map: MapValue | undefined, key: string): MapValue | null {
  const value: TreeValue | undefined = map === undefined ? undefined : findPair(map, key)?.value;
  return value?.kind === "map" ? value : null;
}
