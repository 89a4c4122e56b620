import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach } from "vitest";

/** A function that makes fresh directories, all removed after each test. Call it at the top of a test file. */
export function temporaryDirectories(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) {
      rmSync(directory, { recursive: true, force: true });
    }
  });
  return () => {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-test-")));
    made.push(directory);
    return directory;
  };
}
