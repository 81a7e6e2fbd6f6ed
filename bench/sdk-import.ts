import { execFileSync } from "node:child_process";
import { median, row, type BenchRow } from "./row.ts";
import type { Candidate } from "./sdk-peers.ts";

const ROUNDS = 15;

/** Time of the first import in a fresh Node; the packages take turns, the first round warms the file cache. */
export async function benchSdkImport(candidates: readonly Candidate[]): Promise<BenchRow[]> {
  const times = candidates.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, { folder, package: name }] of candidates.entries()) {
      const program = `const at = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - at);`;
      const ms = Number(
        execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: folder, encoding: "utf8" }),
      );
      if (round > 0) times[index]?.push(ms);
    }
  }
  return candidates.map(({ name }, index) => row(`${name}: cold import`, median(times[index] ?? []), "ms"));
}
