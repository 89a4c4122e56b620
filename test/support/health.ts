import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 30_000;

/** Calls until it no longer fails. */
export async function untilHealthy(check: () => Promise<unknown>): Promise<void> {
  for (const start = Date.now(); ;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() - start > PATIENCE_MS) throw error;
      await pause(50);
    }
  }
}
