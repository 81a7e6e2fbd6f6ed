import { dirname, posix } from "node:path";
import { expect, test } from "vitest";
import { productionCode, type SourceFile } from "./sources.ts";

/** Folder of the platform → those it imports. dependency-cruiser sees folders too, but with their tests, which reach up to the whole server. */
function importsOf(files: readonly SourceFile[]): Map<string, Set<string>> {
  const folderOf = (path: string) => /^server\/src\/platform\/([^/]+)\//.exec(path)?.[1];
  const imports = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    const folder = folderOf(path);
    if (folder === undefined) continue;
    const found = [...text.matchAll(/(?:from|import|import\()\s*"(\.[^"]+)"/g)]
      .map(([, target = ""]) => folderOf(posix.join(dirname(path), target)))
      .filter((target) => target !== undefined && target !== folder);
    imports.set(folder, new Set([...(imports.get(folder) ?? []), ...found.map(String)]));
  }
  return imports;
}

/** What is left when folders go that import nothing that is left: those in circles, and what is built on them. */
function inCircles(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  let left = [...imports.keys()];
  for (;;) {
    const next = left.filter((folder) => left.some((other) => imports.get(folder)?.has(other)));
    if (next.length === left.length) return left.toSorted();
    left = next;
  }
}

test("a mechanism can be read without those that are built on it: the platform's folders import each other one way", () => {
  const imports = importsOf(productionCode());
  expect(imports.size).toBeGreaterThan(15);
  expect(inCircles(imports)).toEqual([]);
});

test("a circle of folders is found though no file is in one", () => {
  const at = (path: string, text = "") => ({ path: `server/src/platform/${path}`, text });
  const way = [at("log/index.ts", `import "../config/define.ts";`), at("log/levels.ts"), at("config/define.ts")];
  expect(inCircles(importsOf(way))).toEqual([]);
  const back = at("config/settings.ts", `export { levels } from "../log/levels.ts";`);
  expect(inCircles(importsOf([...way, back, at("ids/index.ts")]))).toEqual(["config", "log"]);
});
