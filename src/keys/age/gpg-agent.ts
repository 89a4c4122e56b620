/**
 * Asks gpg-agent for a passphrase, which it keeps as long as its own settings say (spec: keys.md §5.3).
 *
 * The protocol is Assuan: a line a request, a line an answer, words escaped as in a query.
 */
import * as path from "node:path";

import type { Channel } from "../../support/runtime.js";
import { encodeText } from "../../support/text.js";
import type { KeyContext } from "../key-type.js";
import { createLineReader, type LineReader } from "./channel-lines.js";

type Machine = KeyContext["machine"];

const GREETING_MS = 5000;
const MAX_LINE = 8192;
/** The lower half of an error number is its cause, the upper one who reports it. */
const CAUSE_MASK = 0xffff;
const CAUSES: Readonly<Record<number, string>> = {
  58: "gpg-agent does not know the passphrase and may not ask",
  85: "gpg-agent has no pinentry program to ask with",
  99: "the passphrase was not given to gpg-agent",
};

/**
 * @param cacheId - under which the agent keeps it
 * @param question - for the person who is asked
 * @returns the passphrase, which the caller wipes; `null` when no agent answers
 * @throws Error the agent answered, but not with a passphrase
 */
export async function askAgent(
  machine: Machine,
  cacheId: string,
  question: string,
): Promise<Uint8Array | null> {
  const agent = await openAgent(machine);
  if (agent === null) {
    return null;
  }
  try {
    for (const option of terminalOptions(machine)) {
      await agent.request(`OPTION ${option}`);
    }
    const answer = await agent.request(
      `GET_PASSPHRASE ${cacheId} X Passphrase ${escapeWord(question)}`,
    );
    return decodeAnswer(answer);
  } finally {
    agent.close();
  }
}

/** Has the agent forget a passphrase that was wrong. */
export async function forgetAtAgent(machine: Machine, cacheId: string): Promise<void> {
  const agent = await openAgent(machine);
  await agent?.request(`CLEAR_PASSPHRASE ${cacheId}`);
  agent?.close();
}

interface Agent {
  /** @returns the line that ends the answer: `OK …` or `ERR …`; `ERR` when the agent went away. The caller wipes it. */
  request(line: string): Promise<Uint8Array>;
  close(): void;
}

async function openAgent(machine: Machine): Promise<Agent | null> {
  for (const socketPath of socketPaths(machine)) {
    const channel = await machine.connect(socketPath).catch(() => null);
    if (channel === null) {
      continue;
    }
    const nextLine = createLineReader(channel, MAX_LINE);
    if (isOk(await withinTime(nextLine(), GREETING_MS))) {
      return agentOf(channel, nextLine);
    }
    channel.close();
  }
  return null;
}

function socketPaths({ env, platform, accountHomeDirectory }: Machine): string[] {
  if (platform === "win32") {
    return [];
  }
  const [configured = ""] = (env["GPG_AGENT_INFO"] ?? "").split(":");
  const home = accountHomeDirectory();
  const runtimeDirectory = env["XDG_RUNTIME_DIR"] ?? "";
  return [
    configured,
    home === null ? "" : path.join(home, ".gnupg", "S.gpg-agent"),
    runtimeDirectory === "" ? "" : path.join(runtimeDirectory, "gnupg", "S.gpg-agent"),
  ].filter((socketPath) => path.isAbsolute(socketPath));
}

function agentOf(channel: Channel, nextLine: LineReader): Agent {
  return {
    async request(line) {
      channel.write(encodeText(`${line}\n`));
      for (;;) {
        const answer = await nextLine();
        if (answer === null) {
          return encodeText("ERR");
        }
        const word = wordOf(answer);
        if (word === "OK" || word === "ERR") {
          return answer;
        }
        if (word === "INQUIRE") {
          channel.write(encodeText("END\n"));
        }
        answer.fill(0);
      }
    },
    close() {
      channel.write(encodeText("BYE\n"));
      channel.close();
    },
  };
}

function wordOf(line: Uint8Array): string {
  const [word = ""] = Buffer.from(line.subarray(0, 32)).toString("latin1").split(" ");
  return word;
}

function isOk(line: Uint8Array | null): boolean {
  return line !== null && wordOf(line) === "OK";
}

/** Where the agent's pinentry finds the person. */
function terminalOptions({ env, platform, fs }: Machine): string[] {
  const options: string[] = [];
  const display = env["DISPLAY"] ?? "";
  if (display !== "") {
    options.push(`display=${display}`);
  }
  if (platform === "linux") {
    // Standard input may be a pipe; then the terminal is where the messages go.
    const terminal = ["0", "2", "1"]
      .map((descriptor) => linkOf(fs, `/proc/self/fd/${descriptor}`))
      .find((name) => /^\/dev\/(pts\/|tty)/.test(name));
    if (terminal !== undefined) {
      options.push(`ttyname=${terminal}`);
    }
  }
  const type = env["TERM"] ?? "";
  if (type !== "") {
    options.push(`ttytype=${type}`);
  }
  return options.filter((option) => !/[\r\n]/.test(option));
}

function linkOf(fs: Machine["fs"], name: string): string {
  try {
    return fs.readlinkSync(name);
  } catch {
    return "";
  }
}

function escapeWord(text: string): string {
  return encodeURIComponent(text).replaceAll("%20", "+").replaceAll("'", "%27");
}

/** `OK` and the passphrase in hexadecimal. The line is wiped. */
function decodeAnswer(line: Uint8Array): Uint8Array {
  const word = wordOf(line);
  const rest = line.subarray(word.length + 1);
  if (word === "OK") {
    const passphrase = new Uint8Array(Buffer.from(Buffer.from(rest).toString("latin1"), "hex"));
    line.fill(0);
    return passphrase;
  }
  const number = Number.parseInt(Buffer.from(rest).toString("latin1"), 10);
  const reason = Number.isNaN(number) ? undefined : CAUSES[number & CAUSE_MASK];
  throw new Error(reason ?? `gpg-agent gave no passphrase (error ${number & CAUSE_MASK})`);
}

/** @returns `null` when it takes too long */
function withinTime<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve(null);
    }, milliseconds);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
