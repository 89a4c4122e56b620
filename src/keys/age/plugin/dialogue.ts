import { messageOf } from "../../../support/errors.js";
import { askKey, askLine, showLine } from "../../../support/prompt.js";
import { decodeText, encodeText, showText } from "../../../support/text.js";
import type { KeyContext } from "../../key-type.js";
import { decodeUnpadded, type Stanza } from "../stanza.js";
import { createStanzaStream, type StanzaStream } from "./stanza-stream.js";

/** After so much silence the person is told what is being waited for. */
const SILENCE_MS = 5000;

export type PluginMode = "recipient-v1" | "identity-v1";

/** One request and its answers, with the plugin asking in between. */
export interface Conversation {
  readonly name: string;
  readonly mode: PluginMode;
  /** First phase: what we say; `done` is said after it. */
  say(stream: StanzaStream): void;
  /**
   * Second phase: an answer of the plugin that is not for the person.
   *
   * @returns false when it is not known, which the plugin is told
   * @throws Error it is not in order
   */
  hear(stanza: Stanza): boolean;
}

/**
 * Runs `age-plugin-NAME`, found in an absolute entry of PATH only (security.md T5).
 *
 * @throws Error naming the plugin: it is not there, gave an error, broke off, or does not keep to the protocol
 */
export async function converse(conversation: Conversation, context: KeyContext): Promise<void> {
  const { machine } = context;
  const command = `age-plugin-${conversation.name}`;
  const isDebugging = machine.env["AGEDEBUG"] === "plugin";
  const channel = await machine.start({
    command,
    args: [`--age-plugin=${conversation.mode}`],
    env: machine.env,
    cwd: machine.tempDirectory,
    isStderrShown: isDebugging,
  });
  try {
    const stream = createStanzaStream(channel);
    conversation.say(stream);
    stream.write(["done"]);
    await listen(conversation, stream, context);
  } catch (error) {
    const hint = isDebugging ? "" : "; AGEDEBUG=plugin shows what it says on standard error";
    throw new Error(`${command}: ${messageOf(error)}${hint}`, { cause: error });
  } finally {
    channel.close();
  }
}

async function listen(
  conversation: Conversation,
  stream: StanzaStream,
  context: KeyContext,
): Promise<void> {
  const speaker = `age-plugin-${conversation.name}`;
  for (;;) {
    const stanza = await patiently(stream.read(), () =>
      tell(speaker, "is being waited for", context),
    );
    const [type] = stanza?.args ?? [];
    if (stanza === null) {
      throw new Error("it ended in the middle of the conversation");
    }
    if (type === "done") {
      return;
    }
    if (type === "error") {
      stream.write(["ok"]);
      throw new Error(showText(decodeText(stanza.body)));
    }
    const answer = await answerTo(stanza, speaker, context);
    if (answer !== null) {
      stream.write(answer.args, answer.body);
      answer.body.fill(0);
    } else {
      stream.write([conversation.hear(stanza) ? "ok" : "unsupported"]);
    }
  }
}

/** What the person says; `null` for a stanza that is not for them. A question that nobody answers is `fail`. */
async function answerTo(
  stanza: Stanza,
  speaker: string,
  context: KeyContext,
): Promise<Stanza | null> {
  const text = decodeText(stanza.body);
  switch (stanza.args[0]) {
    case "msg":
      await tell(speaker, text, context);
      return { args: ["ok"], body: new Uint8Array() };
    case "request-secret":
    case "request-public":
      return orFail(async () => ({
        args: ["ok"],
        body: await askLine(
          context.machine,
          `${speaker}: ${text} `,
          stanza.args[0] === "request-secret",
        ),
      }));
    case "confirm":
      return orFail(() => confirm(stanza, `${speaker}: ${text}`, context));
    default:
      return null;
  }
}

async function orFail(ask: () => Promise<Stanza>): Promise<Stanza> {
  try {
    return await ask();
  } catch {
    return { args: ["fail"], body: new Uint8Array() };
  }
}

async function confirm(stanza: Stanza, text: string, { machine }: KeyContext): Promise<Stanza> {
  const labels = stanza.args
    .slice(1, 3)
    .map((arg) => decodeText(decodeUnpadded(arg) ?? encodeText("?")));
  const choices = labels.map((label, index) => `[${index + 1}] ${label}`);
  const chosen = await askKey(
    machine,
    `${text} ${choices.join("  ")} `,
    ["1", "2"].slice(0, labels.length),
  );
  return { args: ["ok", chosen === 0 ? "yes" : "no"], body: new Uint8Array() };
}

/** On the terminal; where there is none, as a warning, so that nobody waits for a touch that nobody was told of. */
async function tell(speaker: string, text: string, context: KeyContext): Promise<void> {
  const isShown = await showLine(context.machine, `${speaker}: ${text}`);
  if (!isShown) {
    context.warn(`${speaker}: ${showText(text)}`);
  }
}

async function patiently<Value>(
  promise: Promise<Value>,
  notify: () => Promise<void>,
): Promise<Value> {
  const timer = setTimeout(() => void notify(), SILENCE_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
