import { builtinModules } from "node:module";
import { gzipSync } from "node:zlib";
import { row, type BenchRow } from "./row.ts";
import { loadBundler, type Candidate } from "./sdk-peers.ts";

/** Kilobytes (1,000 bytes) that a browser would download: bundled, minified, gzipped. */
export async function benchSdkSize(candidates: readonly Candidate[]): Promise<BenchRow[]> {
  const { build } = loadBundler();
  const size = async ({ folder }: Candidate, contents: string): Promise<number> => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: folder, loader: "js" },
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      write: false,
      logLevel: "silent",
      // Some peers name modules of Node, or optional packages: they count nothing.
      external: [...builtinModules, "node:*", "@react-email/render"],
    });
    return gzipSync(outputFiles[0]?.contents ?? "").length / 1000;
  };
  const rows: BenchRow[] = [];
  for (const [index, candidate] of candidates.entries()) {
    rows.push(
      row(
        `${candidate.name}: everything, minified and gzipped`,
        await size(candidate, candidate.whole),
        "kB",
        index === 0 ? { atMost: 25 } : {},
      ),
    );
    rows.push(
      row(
        `${candidate.name}: a program with one kind of call`,
        await size(candidate, candidate.one),
        "kB",
        index === 0 ? { atMost: 10 } : {},
      ),
    );
  }
  return rows;
}
