import type { Destination } from "../../config/destination-rules.js";

import type { PublishMachine, PublishTarget } from "./destination.js";

/**
 * Opens a destination; nothing is sent yet. What it needs is loaded when it is needed.
 *
 * @param warn takes what does not keep the file from being published
 * @throws SopsError HOST_NOT_ALLOWED, CONFIG_INVALID, INVALID_ENVIRONMENT
 */
export async function openTarget(
  destination: Destination,
  machine: PublishMachine,
  warn: (message: string) => void,
): Promise<PublishTarget> {
  switch (destination.kind) {
    case "s3": {
      const { openS3Bucket } = await import("./s3.js");
      return openS3Bucket(destination, machine);
    }
    case "gcs": {
      const { openGcsBucket } = await import("./gcs.js");
      return openGcsBucket(destination, machine);
    }
    case "vault": {
      const { openVaultMount } = await import("./vault-kv.js");
      return openVaultMount(destination, machine, warn);
    }
  }
}
