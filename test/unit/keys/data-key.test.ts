import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";

import { generateDataKey, recoverDataKey, wrapDataKey } from "../../../src/keys/data-key.js";
import {
  DEFAULT_DECRYPTION_ORDER,
  parseDecryptionOrder,
  sortForDecryption,
} from "../../../src/keys/decryption-order.js";
import { createKeyContext } from "../../../src/keys/key-context.js";
import { removeDuplicates, type KeyGroup } from "../../../src/keys/key-group.js";
import type { MasterKey } from "../../../src/keys/master-key.js";
import { KEY_TYPES, keyTypeOf } from "../../../src/keys/registry.js";
import type { KeyService } from "../../../src/keys/service/key-service.js";
import { createKeyServices } from "../../../src/keys/service/key-services.js";
import { DataKeyError } from "../../../src/support/data-key-error.js";
import { createTestRuntime } from "../../support/runtime.js";

const now = new Date("2026-11-24T10:11:12.987Z");
const machine = createTestRuntime({ now });
const order = DEFAULT_DECRYPTION_ORDER;

/** "Wraps" by writing hexadecimal digits, so that the tests see who got what; refuses what it is told to. */
function fakeService(
  name: string,
  refused: readonly string[] = [],
): KeyService & { asked: string[] } {
  const asked: string[] = [];
  const check = (key: MasterKey): void => {
    asked.push(key.display);
    if (refused.includes(key.display)) {
      throw new Error(`${name} refuses ${key.display}`);
    }
  };
  return {
    name,
    asked,
    wrap: async (key, dataKey) => {
      check(key);
      return Promise.resolve(Buffer.from(dataKey).toString("hex"));
    },
    unwrap: async (key) => {
      check(key);
      return Promise.resolve(new Uint8Array(Buffer.from(key.enc, "hex")));
    },
    close: () => {},
  };
}

function pgp(...names: string[]): KeyGroup {
  return keyTypeOf("pgp").parse(names.join(","));
}

function wrap(
  dataKey: Uint8Array,
  groups: readonly KeyGroup[],
  threshold = 0,
  service = fakeService("s"),
) {
  return wrapDataKey(dataKey, groups, { threshold, services: [service], machine });
}

async function failureOf(promise: Promise<unknown>): Promise<DataKeyError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DataKeyError) {
      return error;
    }
    throw error;
  }
  throw new Error("it worked");
}

describe("wrapping", () => {
  test("a data key has 32 random bytes", () => {
    expect(generateDataKey(machine)).toHaveLength(32);
    expect(generateDataKey(machine)).not.toEqual(generateDataKey(machine));
  });

  test("one group: every key wraps the data key itself, the threshold is kept", async () => {
    const dataKey = generateDataKey(machine);
    const { groups, threshold } = await wrap(dataKey, [pgp("A", "B")], 7);
    expect(groups[0]?.map(({ enc }) => enc)).toEqual(
      Array(2).fill(Buffer.from(dataKey).toString("hex")),
    );
    expect(threshold).toBe(7);
  });

  test("several groups: one share each, the same for all keys of the group", async () => {
    const dataKey = generateDataKey(machine);
    const { groups, threshold } = await wrap(dataKey, [pgp("A", "B"), pgp("C"), pgp("D")]);
    expect(threshold).toBe(3);
    expect(groups.map((group) => new Set(group.map(({ enc }) => enc)).size)).toEqual([1, 1, 1]);
    expect(groups.map(([key]) => key?.enc.slice(-2))).toEqual(["01", "02", "03"]);
    const services = [fakeService("s")];
    expect(await recoverDataKey(groups, { threshold: 3, order, services })).toEqual(dataKey);
  });

  test("a new key gets the time in whole seconds, an old one keeps its own, age has none", async () => {
    const old = keyTypeOf("pgp").fromMetadata(
      new Map([
        ["fp", "OLD"],
        ["created_at", "2020-01-01T00:00:00+05:30"],
      ]),
    );
    const age = keyTypeOf("age").fromMetadata(new Map([["recipient", "age1x"]]));
    const { groups } = await wrap(generateDataKey(machine), [[old, ...pgp("NEW"), age]]);
    expect(groups[0]?.map(({ createdAt }) => createdAt)).toEqual([
      "2020-01-01T00:00:00+05:30",
      "2026-11-24T10:11:12Z",
      undefined,
    ]);
    expect(old.enc).toBe("");
  });

  test("keys are asked in their order, the next service only when one fails", async () => {
    const first = fakeService("first", ["B"]);
    const second = fakeService("second");
    const options = { services: [first, second], machine };
    await wrapDataKey(generateDataKey(machine), [pgp("A", "B", "C")], options);
    expect(first.asked).toEqual(["A", "B", "C"]);
    expect(second.asked).toEqual(["B"]);
  });

  test.each<[string, KeyGroup[], number, string]>([
    ["an empty group", [[]], 0, "empty key group provided"],
    ["an empty group among others", [pgp("A"), []], 0, "empty key group provided"],
    ["no group", [], 0, "empty key group provided"],
    [
      "threshold 1",
      [pgp("A"), pgp("B")],
      1,
      "could not split data key into parts for Shamir: threshold must be at least 2",
    ],
    [
      "threshold too high",
      [pgp("A"), pgp("B")],
      3,
      "could not split data key into parts for Shamir: parts cannot be less than threshold",
    ],
  ])("%s is refused, in sops's words", async (_, groups, threshold, reason) => {
    await expect(wrap(generateDataKey(machine), groups, threshold)).rejects.toThrowError(
      expect.objectContaining({
        code: "DATA_KEY_GENERATION",
        exitCode: 1,
        hint: undefined,
        message: `Could not generate data key: [${reason}]`,
      }),
    );
  });

  test("all failures are collected", async () => {
    const failure = wrap(
      generateDataKey(machine),
      [pgp("A", "B", "C")],
      0,
      fakeService("s", ["A", "C"]),
    );
    await expect(failure).rejects.toThrowError(
      'Could not generate data key: [failed to encrypt new data key with master key "A": s: s refuses A ' +
        'failed to encrypt new data key with master key "C": s: s refuses C]',
    );
  });

  test("no service at all", async () => {
    const context = createKeyContext(machine, { log: () => {}, warn: () => {} });
    const services = createKeyServices(context, { isLocalEnabled: false, remotes: [] });
    const wrapped = wrapDataKey(generateDataKey(machine), [pgp("A")], { services, machine });
    await expect(wrapped).rejects.toThrowError("[no key services provided");
    const recovered = recoverDataKey([pgp("A")], { threshold: 0, order, services });
    expect((await failureOf(recovered)).groups).toEqual([
      { isRecovered: false, keys: [{ type: "pgp", display: "A", attempts: [] }] },
    ]);
  });
});

describe("recovering", () => {
  const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index + 1);

  test("the first key that works ends a group", async () => {
    const { groups } = await wrap(dataKey, [pgp("A", "B", "C")]);
    const service = fakeService("s", ["A"]);
    expect(await recoverDataKey(groups, { threshold: 0, order, services: [service] })).toEqual(
      dataKey,
    );
    expect(service.asked).toEqual(["A", "B"]);
  });

  test("enough groups end the search", async () => {
    const { groups } = await wrap(dataKey, [pgp("A"), pgp("B"), pgp("C"), pgp("D")], 2);
    const service = fakeService("s", ["B"]);
    expect(await recoverDataKey(groups, { threshold: 2, order, services: [service] })).toEqual(
      dataKey,
    );
    expect(service.asked).toEqual(["A", "B", "C"]);
  });

  test("too few groups: everything that was tried, as data", async () => {
    const { groups } = await wrap(dataKey, [pgp("A"), pgp("B", "C"), pgp("D")], 2);
    const services = [fakeService("one", ["B", "C", "D"]), fakeService("two", ["B", "C", "D"])];
    const error = await failureOf(recoverDataKey(groups, { threshold: 2, order, services }));
    const attempts = (name: string): unknown =>
      ["one", "two"].map((service) => ({
        service,
        outcome: "failed",
        reason: `${service} refuses ${name}`,
      }));
    expect(error).toMatchObject({
      code: "DATA_KEY_UNAVAILABLE",
      exitCode: 128,
      message: "Failed to get the data key required to decrypt the SOPS file.",
      required: 2,
      recovered: 1,
      groups: [
        { isRecovered: true, keys: [] },
        {
          isRecovered: false,
          keys: [
            { type: "pgp", display: "B", attempts: attempts("B") },
            { type: "pgp", display: "C", attempts: attempts("C") },
          ],
        },
        { isRecovered: false, keys: [{ type: "pgp", display: "D", attempts: attempts("D") }] },
      ],
    });
  });

  test("threshold 0 means all groups, and 1 of several means two", async () => {
    const { groups } = await wrap(dataKey, [pgp("A"), pgp("B"), pgp("C")]);
    const services = [fakeService("s", ["C"])];
    const all = await failureOf(recoverDataKey(groups, { threshold: 0, order, services }));
    expect([all.required, all.recovered]).toEqual([3, 2]);
    const { groups: two } = await wrap(dataKey, [pgp("A"), pgp("B")]);
    expect(await recoverDataKey(two, { threshold: 1, order, services })).toEqual(dataKey);
  });

  test.each([
    ["a data key", [pgp("A")], 31],
    ["a data key that is a share", [pgp("A")], 33],
    ["a share that is a data key", [pgp("A"), pgp("B")], 32],
  ])("%s of wrong length does not open its group", async (_, groups, length) => {
    const wrong = groups.map((group) => group.map((key) => ({ ...key, enc: "ab".repeat(length) })));
    const error = await failureOf(
      recoverDataKey(wrong, { threshold: 0, order, services: [fakeService("s")] }),
    );
    expect(error.groups[0]?.keys[0]?.attempts[0]?.reason).toBe(
      `the wrapped key holds ${length} bytes, not ${groups.length === 1 ? 32 : 33}`,
    );
  });

  test("shares that do not belong together", async () => {
    const same = [pgp("A"), pgp("B")].map((group) =>
      group.map((key) => ({ ...key, enc: "ab".repeat(33) })),
    );
    await expect(
      recoverDataKey(same, { threshold: 2, order, services: [fakeService("s")] }),
    ).rejects.toThrowError(expect.objectContaining({ code: "INVALID_SHARES", exitCode: 128 }));
  });

  test("the caller's key is a copy: wiping it harms nobody", async () => {
    const { groups } = await wrap(dataKey, [pgp("A")]);
    const options = { threshold: 0, order, services: [fakeService("s")] };
    (await recoverDataKey(groups, options)).fill(0);
    expect(await recoverDataKey(groups, options)).toEqual(dataKey);
  });
});

describe("with age", () => {
  let identity: string;
  let group: KeyGroup;

  beforeAll(async () => {
    identity = await generateX25519Identity();
    group = keyTypeOf("age").parse(await identityToRecipient(identity));
  });

  function local(env: Record<string, string>) {
    const lines: string[] = [];
    const context = createKeyContext(createTestRuntime({ env }), {
      log: (tag, message) => lines.push(`${tag} ${message}`),
      warn: () => {},
    });
    return { services: createKeyServices(context, { isLocalEnabled: true, remotes: [] }), lines };
  }

  test("wrap, recover, and once opened is open", async () => {
    const { services, lines } = local({ SOPS_AGE_KEY: identity });
    const dataKey = generateDataKey(machine);
    const { groups } = await wrapDataKey(dataKey, [group], { services, machine });
    for (let round = 0; round < 3; round += 1) {
      const key = await recoverDataKey(groups, { threshold: 0, order, services });
      expect(key).toEqual(dataKey);
      key.fill(0);
    }
    expect(lines).toEqual(["AGE Encryption succeeded", "AGE Decryption succeeded"]);
    services.forEach((service) => {
      service.close();
    });
  });

  test("a key type that is not built in fails as one attempt, and the others are tried", async () => {
    const { services } = local({ SOPS_AGE_KEY: identity });
    const dataKey = generateDataKey(machine);
    const { groups } = await wrapDataKey(dataKey, [group], { services, machine });
    const kms = keyTypeOf("kms").parse("arn:k");
    const mixed = [[...kms, ...(groups[0] ?? [])]];
    const recovered = recoverDataKey(mixed, { threshold: 0, order: ["kms"], services });
    expect(await recovered).toEqual(dataKey);
    const error = await failureOf(recoverDataKey([kms], { threshold: 0, order, services }));
    expect(error.groups[0]?.keys[0]?.attempts).toEqual([
      { service: "local", outcome: "failed", reason: "AWS KMS keys are not built in yet" },
    ]);
  });

  test("nobody's key: unusable, with the places that were searched", async () => {
    const { services } = local({ SOPS_AGE_KEY: identity });
    const { groups } = await wrapDataKey(generateDataKey(machine), [group], { services, machine });
    const error = await failureOf(
      recoverDataKey(groups, { threshold: 0, order, services: local({}).services }),
    );
    expect(error.groups[0]?.keys[0]?.attempts[0]).toMatchObject({ outcome: "unusable" });
  });
});

describe("decryption order", () => {
  test.each([
    [undefined, ["age", "pgp"]],
    ["", ["age", "pgp"]],
    ["kms", ["kms"]],
    ["pgp,age,hc_vault", ["pgp", "age", "hc_vault"]],
    [" kms,age ,AGE,unknown,unknown", []],
  ])("%j", (text, expected) => {
    expect(parseDecryptionOrder(text)).toEqual(expected);
  });

  test("a name twice is refused with 112", () => {
    expect(() => parseDecryptionOrder("age,kms,age")).toThrowError(
      expect.objectContaining({ code: "DUPLICATE_DECRYPTION_ORDER", exitCode: 112 }),
    );
  });

  test("sorting is stable and leaves the rest in stored order", () => {
    const group: KeyGroup = KEY_TYPES.flatMap(({ id }) =>
      ["1", "2"].map((display) => ({ type: id, display, enc: "", fields: new Map() })),
    );
    const sorted = sortForDecryption(group, parseDecryptionOrder("hc_vault,age"));
    expect(sorted.map(({ type, display }) => type + display).join(" ")).toBe(
      "hc_vault1 hc_vault2 age1 age2 kms1 kms2 gcp_kms1 gcp_kms2 hckms1 hckms2 azure_kv1 azure_kv2 pgp1 pgp2",
    );
  });
});

test("duplicates are removed by kind and identity, the first stays", () => {
  const [a, b] = pgp("A", "B");
  const vault = keyTypeOf("gcp_kms").parse("A");
  const group = [...pgp("A"), ...vault, ...pgp("B"), ...pgp("A"), ...vault];
  expect(removeDuplicates(group)).toEqual([a, ...vault, b]);
});
