import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
/** Below the repository's packages, so that the imports of the examples resolve. */
const folder = join(root, "node_modules/.cache/musicverse-readme");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every example of the README compiles as it stands", () => {
  const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
  expect(examples.length).toBeGreaterThanOrEqual(13);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, code] of examples.entries()) writeFileSync(join(folder, `example-${index}.mts`), withClient(code));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    target: "es2022",
    lib: ["es2023", "dom", "dom.iterable"],
    module: "nodenext",
    types: ["node"],
    customConditions: ["musicverse-source"],
    allowImportingTsExtensions: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
  expect(compile()).toBe("");
}, 60_000);

/** Later examples use what the first one made. */
function withClient(code: string): string {
  const needs = /\bnew MusicVerse\b|\bclient\./.test(code) && !code.includes("import { MusicVerse }");
  const client = code.includes("const client =") ? "" : "const client = new MusicVerse();\n";
  return `${needs ? `import { MusicVerse } from "@musicverse/sdk";\n${client}` : ""}${code}\nexport {};\n`;
}

function compile(): string {
  try {
    return execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], {
      encoding: "utf8",
    });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
