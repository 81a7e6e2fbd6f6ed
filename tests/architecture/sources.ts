import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
}

const ignored = /(^|[/\\])(node_modules|dist|\.musicverse|\.git)([/\\]|$)/;

/** The files below the root that match; never packages, builds or what the platform stored. */
export function sourceFiles(patterns: string | readonly string[]): SourceFile[] {
  return globSync(patterns, {
    cwd: root,
    withFileTypes: true,
    exclude: ({ name, parentPath }) => ignored.test(relative(root, join(parentPath, name))),
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((file) => ({ path: relative(root, file).replaceAll("\\", "/"), text: readFileSync(file, "utf8") }));
}

/** What users run: neither tests nor what only tests load nor what is generated. */
export function productionCode(): SourceFile[] {
  return sourceFiles(["server/src/**/*.ts", "plugins/*/src/**/*.ts", "sdk-js/src/**/*.ts"]).filter(
    ({ path }) =>
      !/\.(test|suite|fixture)\.ts$|\/fixture\.ts$|\/generated\/|^plugins\/kit\/src\/conformance\//.test(path),
  );
}
