// The import rules of .dependency-cruiser.cjs over a tree of sources; run as a program, over this repository.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ICruiseOptions, ICruiseResult, IForbiddenRuleType } from "dependency-cruiser";
import "./typescript-with-api.ts";

interface Rules {
  forbidden: (IForbiddenRuleType & { name: string })[];
  options: ICruiseOptions;
}

// Not a static import: it looks for its compiler when it loads, and static imports load before the line above is run.
const { cruise } = await import("dependency-cruiser");
const root = fileURLToPath(new URL("../..", import.meta.url));
const { forbidden, options } = createRequire(import.meta.url)(join(root, ".dependency-cruiser.cjs")) as Rules;

export const ruleNames = forbidden.map(({ name }) => name);

export interface ImportReport {
  /** The TypeScript files that were read. */
  files: string[];
  violations: { rule: string; import: string }[];
}

/** Judges every import below `folder`; all paths are relative to it. */
export async function checkImports(folder: string): Promise<ImportReport> {
  const parts = ["openapi", "server", "plugins", "sdk-js/src", "sdk-generator", "bench", "tools", "tests"].filter(
    (part) => existsSync(join(folder, part)),
  );
  const { output } = await cruise(parts, { ...options, baseDir: folder, validate: true, ruleSet: { forbidden } });
  const { modules, summary } = output as ICruiseResult;
  return {
    files: modules
      .map(({ source }) => source)
      .filter((source) => source.endsWith(".ts") && !source.includes("node_modules/")),
    violations: summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      import: [from, ...(cycle?.map(({ name }) => name) ?? [to])].join(" → "),
    })),
  };
}

if (import.meta.main) {
  const { files, violations } = await checkImports(root);
  for (const violation of violations) console.error(`${violation.rule}: ${violation.import}`);
  console.log(`${files.length} TypeScript files, ${violations.length} imports against the rules`);
  process.exitCode = violations.length > 0 || files.length === 0 ? 1 : 0;
}
