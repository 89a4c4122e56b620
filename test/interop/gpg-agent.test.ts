/**
 * The real gpg-agent keeps the passphrase of an encrypted identity file (spec: keys.md §5.3, test-servers.md §7). It is
 * not shared with the sops of these tests, which is older than the name that sops gives it today.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { armor, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { cacheId } from "../../src/keys/age/passphrase.js";
import { DATA_KEY, openOnce, wrapFor } from "../support/age-scene.js";
import { temporaryDirectories } from "../support/directory.js";
import { isMissing, runProcess } from "../support/tools.js";

const makeDirectory = temporaryDirectories();
const PASSPHRASE = "Tr0ub4dor & 3";

let home = "";
let env: Record<string, string> = {};
let recipient = "";
let file: Uint8Array;

/** Gives the passphrase that stands in a file, and writes down each time that it was asked. */
function writePinentry(): string {
  const program = join(home, "pinentry");
  writeFileSync(
    program,
    `#!/bin/sh
echo "OK ready"
while read -r word rest; do
  case "$word" in
    GETPIN) echo asked >> '${home}/asked'; echo "D $(cat '${home}/passphrase')"; echo OK ;;
    SETDESC) echo "$rest" >> '${home}/described'; echo OK ;;
    BYE) echo OK; exit 0 ;;
    *) echo OK ;;
  esac
done
`,
    { mode: 0o755 },
  );
  return program;
}

function timesAsked(): number {
  try {
    return readFileSync(join(home, "asked"), "utf8").trim().split("\n").length;
  } catch {
    return 0;
  }
}

async function gpg(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await runProcess(command, ["--homedir", home, ...args], {
    env: { HOME: home },
  });
  return stdout.toString("utf8");
}

const isCached = async () =>
  (
    await gpg("gpg-connect-agent", `GET_PASSPHRASE --no-ask ${cacheId(file)} X X X`, "/bye")
  ).startsWith("OK ");

beforeEach(async () => {
  home = makeDirectory();
  mkdirSync(join(home, "empty"));
  writeFileSync(join(home, "passphrase"), PASSPHRASE);
  writeFileSync(join(home, "gpg-agent.conf"), `pinentry-program ${writePinentry()}\n`);
});
afterEach(async () => {
  await gpg("gpgconf", "--kill", "gpg-agent");
});

describe.skipIf(isMissing("gpg"))("gpg-agent", () => {
  beforeEach(async () => {
    // The daemon would keep our pipes open.
    const start = 'gpg-agent --homedir "$0" --daemon >/dev/null 2>&1 </dev/null';
    await runProcess("sh", ["-c", start, home], { env: { HOME: home } });
    const socket = (await gpg("gpgconf", "--list-dirs", "agent-socket")).trim();
    const mine = await generateX25519Identity();
    recipient = await identityToRecipient(mine);
    const encrypter = new Encrypter();
    encrypter.setPassphrase(PASSPHRASE);
    encrypter.setScryptWorkFactor(10);
    file = await encrypter.encrypt(mine);
    writeFileSync(join(home, "keys.age"), armor.encode(file), { mode: 0o600 });
    env = {
      HOME: join(home, "empty"),
      TERM: "xterm",
      GPG_AGENT_INFO: `${socket}:0:1`,
      SOPS_AGE_KEY_FILE: join(home, "keys.age"),
    };
  });

  test("asks once, keeps it, and gives it to the next run", async () => {
    const key = await wrapFor(recipient);
    expect(await openOnce({ env }, key)).toEqual(DATA_KEY);
    expect(await isCached()).toBe(true);
    expect(await openOnce({ env }, key)).toEqual(DATA_KEY);
    expect(timesAsked()).toBe(1);
    expect(readFileSync(join(home, "described"), "utf8")).toContain("SOPS_AGE_KEY_FILE");
  });

  test("forgets a wrong one, and the next run asks again", async () => {
    writeFileSync(join(home, "passphrase"), "wrong one");
    const key = await wrapFor(recipient);
    expect(await openOnce({ env }, key)).toContain("the passphrase is wrong");
    expect(await isCached()).toBe(false);
    writeFileSync(join(home, "passphrase"), PASSPHRASE);
    expect(await openOnce({ env }, key)).toEqual(DATA_KEY);
    expect(timesAsked()).toBe(2);
  });
});
