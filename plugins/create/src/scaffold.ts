import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Refusal, type Answers } from "./answers.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Writes the package of a new plugin and answers its folder. Throws Refusal when something is there already. */
export async function scaffold({ id, name, capability, folder }: Answers): Promise<string> {
  const target = resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new Refusal(`${target} is not empty: name another folder, or empty it`);
  }
  const versions = testedVersions();
  const values: Record<string, string> = {
    id,
    name,
    ENV: id.replaceAll("-", "_").toUpperCase(),
    kit: `^${versions["@musicverse/plugin-kit"]}`,
    typescript: versions["typescript"] ?? "",
    vitest: versions["vitest"] ?? "",
    nodeTypes: versions["@types/node"] ?? "",
  };
  for (const template of ["common", capability]) {
    const source = join(root, "templates", template);
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const text = (await readFile(file, "utf8")).replace(
        /\{\{(\w+)\}\}/g,
        (whole, key: string) => values[key] ?? whole,
      );
      const written = join(target, relative(source, file).replace(/\.template$/, ""));
      await mkdir(dirname(written), { recursive: true });
      await writeFile(written, text);
    }
  }
  return target;
}

/** The versions with which the templates are tested. */
function testedVersions(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return manifest.devDependencies;
}
