import type { ListItem, MapItem, TreeBranch } from "../document/tree.js";

/** The texts of all comments of a file, sorted: canonical text may move comments but keeps their texts. */
export function commentTexts(branches: readonly TreeBranch[]): string[] {
  const texts: string[] = [];
  const work: (readonly (MapItem | ListItem)[])[] = branches.map((branch) => branch.items);
  for (let items = work.pop(); items !== undefined; items = work.pop()) {
    for (const item of items) {
      const value = item.kind === "pair" ? item.value : item;
      if (value.kind === "comment") {
        texts.push(value.text);
      } else if (value.kind === "map" || value.kind === "list") {
        work.push(value.items);
      }
    }
  }
  return texts.toSorted();
}

export function equalTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
