import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Where plugins come from: installed packages; tests bring their own. */
export interface PluginSource {
  /** What the package says of itself without running anything of it; null when no such package is installed. */
  find(name: string): { packageName: string; version: string | null; kit: string | null } | null;
  /** Runs the package; answers its exports. */
  load(packageName: string): Promise<unknown>;
}

/** `minimax` → the packages that may carry it, ours first; a whole package name stands for itself. */
export function packageNamesFor(name: string): string[] {
  if (name.includes("/") || name.startsWith("musicverse-plugin-")) return [name];
  return [`@musicverse/plugin-${name}`, `musicverse-plugin-${name}`];
}

const require = createRequire(import.meta.url);

export const installedPackages: PluginSource = {
  find(name) {
    for (const packageName of packageNamesFor(name)) {
      const file = (require.resolve.paths(packageName) ?? [])
        .map((directory) => join(directory, packageName, "package.json"))
        .find((candidate) => existsSync(candidate));
      if (file === undefined) continue;
      const { version, musicverse } = JSON.parse(readFileSync(file, "utf8")) as {
        version?: unknown;
        musicverse?: { kit?: unknown };
      };
      return { packageName, version: textOrNull(version), kit: textOrNull(musicverse?.kit) };
    }
    return null;
  },
  load: (packageName) => import(packageName) as Promise<unknown>,
};

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
