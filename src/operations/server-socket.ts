import { resolve } from "node:path";

import { isPathTooLong, showAddress, type ServiceAddress } from "../keys/service/address.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { describeSystemError, systemErrorCode } from "../support/system-error.js";
import { showText } from "../support/text.js";

/** @throws SopsError CANNOT_LISTEN for a name that is no file, or too long to be a socket */
export function socketPath(address: string, { cwd, platform }: Runtime): string {
  if (address === "" || address.startsWith("@") || address.includes("\0")) {
    throw new SopsError(
      "CANNOT_LISTEN",
      "cannot listen: the address is not the path of a socket; names of the abstract kind have no owner",
      { hint: null },
    );
  }
  const path = resolve(cwd, address);
  if (isPathTooLong(path, platform)) {
    throw cannotListen({ kind: "unix", path }, "the path is too long for a socket");
  }
  return path;
}

/**
 * A server that was killed leaves its socket behind. Only a socket that is ours and that nobody answers at is
 * removed.
 *
 * @throws SopsError CANNOT_LISTEN when the path is taken
 */
export async function removeStaleSocket(address: ServiceAddress, runtime: Runtime): Promise<void> {
  if (address.kind !== "unix") {
    return;
  }
  const { fs, userId } = runtime;
  const found = fs.lstatSync(address.path, { throwIfNoEntry: false });
  if (found === undefined) {
    return;
  }
  if (!found.isSocket()) {
    throw cannotListen(address, "the file exists, and it is no socket");
  }
  if (userId !== null && found.uid !== userId) {
    throw cannotListen(address, "there is a socket of another user");
  }
  const { isSocketAlive } = await import("../keys/service/grpc-server.js");
  try {
    if (await isSocketAlive(address.path)) {
      throw cannotListen(address, "another server answers there");
    }
    // Another server may have been started meanwhile.
    if (fs.lstatSync(address.path).ino === found.ino) {
      fs.unlinkSync(address.path);
    }
  } catch (error) {
    throw error instanceof SopsError ? error : cannotListen(address, error);
  }
}

/** Nothing for TCP. @throws Error when the socket is gone */
export function removeSocket(address: ServiceAddress, { fs }: Runtime): void {
  if (address.kind === "unix") {
    fs.unlinkSync(address.path);
  }
}

export function cannotListen(address: ServiceAddress, reason: unknown): SopsError {
  const isTaken = systemErrorCode(reason) === "EADDRINUSE";
  const why = typeof reason === "string" ? reason : describeSystemError(reason);
  return new SopsError(
    "CANNOT_LISTEN",
    `cannot listen on ${showText(showAddress(address))}: ${isTaken ? "the address is in use" : why}`,
    { cause: reason },
  );
}
