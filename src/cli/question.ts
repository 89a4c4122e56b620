import { SopsError } from "../support/errors.js";
import type { OutputStream, Runtime } from "../support/runtime.js";

/**
 * Asks until the answer is the word `y` or `n` (spec: cli.md §9.4).
 *
 * @param screen - where the question appears, without a line end
 * @throws SopsError NOT_CONFIRMED for an empty line, several words, or the end of the input, which is no yes
 *   (security.md T3)
 */
export async function askYesNo(
  question: string,
  stdin: Runtime["stdin"],
  screen: OutputStream,
): Promise<boolean> {
  for (;;) {
    screen.write(question);
    const line = await stdin.readLine();
    const words = (line ?? "").split(/\s+/).filter((word) => word !== "");
    const [word] = words;
    if (word === undefined || words.length > 1) {
      screen.write("\n");
      throw new SopsError("NOT_CONFIRMED", "the question was not answered; nothing was changed");
    }
    if (word === "y" || word === "n") {
      return word === "y";
    }
  }
}
