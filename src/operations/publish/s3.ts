import { showDestination, type Destination } from "../../config/destination-rules.js";
import { SopsError } from "../../support/errors.js";
import { loadSdk } from "../../support/sdk.js";

import { notPublished, type ObjectStore, type PublishMachine } from "./destination.js";
import type { S3Uploader } from "./s3-client.js";

type Bucket = Extract<Destination, { bucket: string }>;

/** A bucket of AWS S3, or of what speaks its language, with the credentials of the usual chain (config.md §6). */
export function openS3Bucket(destination: Bucket, machine: PublishMachine): ObjectStore {
  const { bucket, prefix } = destination;
  let uploader: Promise<S3Uploader> | null = null;
  const connect = async (): Promise<S3Uploader> => {
    const { createS3Uploader } = await loadSdk(
      "@aws-sdk/client-s3",
      "publish to S3",
      () => import("./s3-client.js"),
    );
    return createS3Uploader(machine);
  };
  return {
    takes: "files",
    async put(key, bytes) {
      try {
        const upload = await (uploader ??= connect());
        await upload(bucket, `${prefix}${key}`, bytes);
      } catch (cause) {
        if (cause instanceof SopsError) {
          throw cause;
        }
        throw notPublished(showDestination(destination, key, ""), cause);
      }
    },
  };
}
