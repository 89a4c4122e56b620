// An age plugin for tests, `age-plugin-toy`: it hides the file key behind an exclusive or. TOY names what it does before
// it answers, separated by commas; TOY_LOG gets a line for every stanza that it reads.
import { appendFileSync } from "node:fs";

const wishes = (process.env["TOY"] ?? "").split(",").filter((wish) => wish !== "");
const mode = process.argv[2];

function log(text) {
  if (process.env["TOY_LOG"]) appendFileSync(process.env["TOY_LOG"], `${text}\n`);
}

let text = "";
let isAtEnd = false;
let wake = () => {};
process.stdin.setEncoding("utf8").on("data", (chunk) => {
  text += chunk;
  wake();
});
process.stdin.on("end", () => {
  isAtEnd = true;
  wake();
});

async function readLine() {
  while (!text.includes("\n")) {
    if (isAtEnd) process.exit(3);
    await new Promise((resolve) => (wake = resolve));
  }
  const end = text.indexOf("\n");
  const line = text.slice(0, end);
  text = text.slice(end + 1);
  return line;
}

async function read() {
  const [arrow, ...args] = (await readLine()).split(" ");
  if (arrow !== "->") process.exit(4);
  let body = "";
  let line = "";
  do {
    line = await readLine();
    body += line;
  } while (line.length === 64);
  const bytes = Buffer.from(body, "base64");
  // A file key is any bytes, also line feeds.
  const word = /^[\x20-\x7e]*$/.test(bytes.toString("latin1")) ? bytes.toString() : "(bytes)";
  log(`${args.join(" ")} ${word}`.trimEnd());
  return { args, body: bytes };
}

function write(args, body = "") {
  const encoded = Buffer.from(body).toString("base64").replace(/=+$/, "");
  const lines = encoded.match(/.{1,64}/g) ?? [""];
  if (encoded.length > 0 && encoded.length % 64 === 0) lines.push("");
  process.stdout.write(`-> ${args.join(" ")}\n${lines.join("\n")}\n`);
}

async function ask(args, body) {
  write(args, body);
  return read();
}

const encode = (word) => Buffer.from(word).toString("base64").replace(/=+$/, "");
const hide = (bytes) => bytes.map((byte) => byte ^ 0x55);

const ACTIONS = {
  msg: () => ask(["msg"], "touch the toy"),
  secret: () => ask(["request-secret"], "PIN:"),
  public: () => ask(["request-public"], "name:"),
  confirm: () => ask(["confirm", encode("use it"), encode("leave it")], "sure?"),
  "confirm-one": () => ask(["confirm", encode("go on")], "ready?"),
  grease: () => ask(["grease-Xy", "a", "b"], "x".repeat(96)),
  labels: () => ask(["labels", "toy"]),
  internal: () => ask(["error", "internal"], "the toy is broken\u001b[2J"),
  junk: () => process.stdout.write("no stanza at all\n"),
  gone: () => process.exit(1),
  wait: () => new Promise((resolve) => setTimeout(resolve, 5600)),
  stderr: () => process.stderr.write("the toy talks\n"),
  where: () => log(`cwd ${process.cwd()}`),
  index: () =>
    ask(mode.endsWith("recipient-v1") ? ["recipient-stanza", "1", "toy"] : ["file-key", "1"], "x"),
  short: () => ask(["file-key", "0"], "too short"),
  mute: () => undefined,
};

log(mode);
const heard = [];
do {
  heard.push(await read());
} while (heard.at(-1).args[0] !== "done");
for (const wish of wishes) await ACTIONS[wish]();
const body = heard.find(({ args }) => args[0] === "wrap-file-key")?.body;
if (body !== undefined && !wishes.includes("mute")) {
  await ask(["recipient-stanza", "0", "toy", "a"], hide(body));
}
const mine = heard.find(({ args }) => args[0] === "recipient-stanza" && args[2] === "toy");
if (mine !== undefined && !wishes.includes("mute")) await ask(["file-key", "0"], hide(mine.body));
write(["done"]);
