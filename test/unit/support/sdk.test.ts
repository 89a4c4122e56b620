import { expect, test } from "vitest";

import { loadSdk } from "../../../src/support/sdk.js";

test("a library that is not there is named, with what to do", async () => {
  const name = "leafseal-no-such-package";
  const loading = loadSdk(name, "do a thing", () => import(/* @vite-ignore */ name));
  await expect(loading).rejects.toMatchObject({
    code: "SDK_UNAVAILABLE",
    exitCode: 1,
    message: `the package ${name} is needed to do a thing`,
    hint: expect.stringContaining(`npm install ${name}`) as string,
  });
});

test("any other failure stays what it is", async () => {
  const failure = new Error("broken");
  await expect(loadSdk("x", "y", () => Promise.reject(failure))).rejects.toBe(failure);
});
