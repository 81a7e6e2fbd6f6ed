import type { SourceFile } from "./sources.ts";

/** Table → the slice whose migration made it, `<time>_<slice>_<verb>_<object>.ts`, or the one that it was given to since. */
export function tableOwners(
  migrations: readonly SourceFile[],
  slices: readonly string[],
  givenTo: Readonly<Record<string, string>> = {},
): Map<string, string> {
  // The longest name that fits: `account-data` before `account`.
  const known = [...slices, "platform"].toSorted((a, b) => b.length - a.length);
  const owners = migrations.flatMap(({ path, text }) => {
    const name = path.replace(/^.*\/\d+_/, "");
    const slice = known.find((one) => name.startsWith(`${one.replaceAll("-", "_")}_`)) ?? `nobody: ${name}`;
    const [up = ""] = text.split("async function down");
    return [...up.matchAll(/create table (?:if not exists )?([a-z_]+)/g)].map(
      ([, table = ""]) => [table, slice] as const,
    );
  });
  return new Map([...owners, ...Object.entries(givenTo)]);
}

export interface TableUse {
  slice: string;
  table: string;
  owner: string;
  /** `path:line` */
  at: string;
  writes: boolean;
}

/** The slice that a source file belongs to; what wires slices together belongs to none. */
const sliceOf = (path: string): string =>
  /^server\/src\/features\/([^/]+)\//.exec(path)?.[1] ?? (path.includes("/platform/") ? "platform" : "the wiring");

/** Comments out, with as many lines as before. */
const withoutComments = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ""))
    .replaceAll(/^\s*\/\/.*$/gm, "")
    .replaceAll(/--[^`\n]*$/gm, "");

/** Where SQL names a table of another slice: after a keyword, in a list of tables, or as a name that SQL is made with. */
export function foreignTables(files: readonly SourceFile[], owners: ReadonlyMap<string, string>): TableUse[] {
  const name = [...owners.keys()].toSorted((a, b) => b.length - a.length).join("|");
  const listed = String.raw`\bfrom\s+(?:[a-z_]+(?:\s+(?:as\s+)?[a-z_]+)?\s*,\s*)+`;
  const pattern = new RegExp(
    String.raw`(?<=(?<keyword>\b(?:delete\s+from|from|join|into|update|using|table|truncate)\s+(?:only\s+)?|${listed}|\bknex\(["']))(?<table>${name})\b(?!\.)`,
    "g",
  );
  return files.flatMap(({ path, text }) => {
    const slice = sliceOf(path);
    const code = withoutComments(text);
    return [...code.matchAll(pattern)].flatMap(({ index, groups: { keyword = "", table = "" } = {} }) => {
      const owner = owners.get(table) ?? "";
      if (owner === slice) return [];
      const at = `${path}:${code.slice(0, index).split("\n").length}`;
      return [{ slice, table, owner, at, writes: /^(delete|into|update|truncate|knex)/.test(keyword) }];
    });
  });
}
