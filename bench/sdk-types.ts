import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, row, type BenchRow } from "./row.ts";
import type { Candidate } from "./sdk-peers.ts";

const ROUNDS = 5;
const root = fileURLToPath(new URL("../", import.meta.url));

/** A project of one file with one call, compiled without output by the TypeScript that is installed here; as a new project would be, but for skipLibCheck. */
export async function benchSdkTypes(candidates: readonly Candidate[]): Promise<BenchRow[]> {
  const times = candidates.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, { folder, package: name, one }] of candidates.entries()) {
      const file = `bench-${name.replaceAll(/\W/g, "")}`;
      writeFileSync(join(folder, `${file}.ts`), `${one}\nexport {};\n`);
      const compilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: "es2022",
        lib: ["es2023", "dom"],
        module: "preserve",
        moduleResolution: "bundler",
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
      };
      writeFileSync(join(folder, `${file}.json`), JSON.stringify({ compilerOptions, files: [`${file}.ts`] }));
      const startedAt = performance.now();
      execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", `${file}.json`], {
        cwd: folder,
      });
      if (round > 0) times[index]?.push((performance.now() - startedAt) / 1000);
    }
  }
  return candidates.map(({ name }, index) =>
    row(`${name}: type check of a small project`, median(times[index] ?? []), "s"),
  );
}
