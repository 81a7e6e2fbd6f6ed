import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

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

/** Packages of the server's own installation and, before them, those installed in `directory` (PLUGINS_DIR). */
export function installedPackages(directory: string | null = null): PluginSource {
  const own: Place = { require: createRequire(import.meta.url), load: (name) => import(name) as Promise<unknown> };
  const places = directory === null ? [own] : [placeAt(directory), own];
  const placeOf = new Map<string, Place>();

  return {
    find(name) {
      for (const place of places) {
        for (const packageName of packageNamesFor(name)) {
          const file = (place.require.resolve.paths(packageName) ?? [])
            .map((folder) => join(folder, packageName, "package.json"))
            .find((candidate) => existsSync(candidate));
          if (file === undefined) continue;
          placeOf.set(packageName, place);
          const { version, musicverse } = JSON.parse(readFileSync(file, "utf8")) as {
            version?: unknown;
            musicverse?: { kit?: unknown };
          };
          return { packageName, version: textOrNull(version), kit: textOrNull(musicverse?.kit) };
        }
      }
      return null;
    },
    load: (packageName) => (placeOf.get(packageName) ?? own).load(packageName),
  };
}

interface Place {
  require: NodeJS.Require;
  load(packageName: string): Promise<unknown>;
}

function placeAt(directory: string): Place {
  const require = createRequire(join(resolve(directory), "package.json"));
  return { require, load: (name) => import(pathToFileURL(require.resolve(name)).href) as Promise<unknown> };
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
