/** What users must be told about a change of the public surface. */
export type Level = "none" | "patch" | "minor" | "major";

export interface SurfaceChange {
  /** Programs that compiled may not compile any more. */
  breaks: string[];
  additions: string[];
}

const LEVELS: readonly Level[] = ["none", "patch", "minor", "major"];

/**
 * Compares two reports (`public-surface.md`). Whatever is gone or reads differently counts as a break, and so does a member
 * that callers now have to give. Members of unions come and go one by one; answers name theirs as open.
 */
export function compareSurfaces(before: string, after: string): SurfaceChange {
  const [old, present] = [declarations(before), declarations(after)];
  const change: SurfaceChange = { breaks: [], additions: [] };
  for (const name of old.keys()) if (!present.has(name)) change.breaks.push(`${name} is gone`);
  for (const [name, lines] of present) {
    const known = old.get(name);
    if (!known) {
      change.additions.push(`${name} is new`);
      continue;
    }
    for (const line of known) if (!lines.has(line)) change.breaks.push(`${name}: \`${line}\` is gone or changed`);
    for (const line of lines)
      if (!known.has(line))
        (isDemand(name, line) ? change.breaks : change.additions).push(`${name}: \`${line}\` is new`);
  }
  return change;
}

/** Under 1.0 a break is minor, as semver ranges of users (`^0.1.0`) treat it. */
export function neededLevel({ breaks, additions }: SurfaceChange, version: string): Level {
  const early = version.startsWith("0.");
  if (breaks.length > 0) return early ? "minor" : "major";
  if (additions.length > 0) return early ? "patch" : "minor";
  return "none";
}

/** The highest level that the pending changesets give to the package. */
export function announcedLevel(changesets: readonly string[], packageName: string): Level {
  const levels = changesets.map(
    (text) =>
      new RegExp(`^["']?${packageName}["']?: (patch|minor|major)$`, "m").exec(
        /^---\n([\s\S]*?)\n---/.exec(text)?.[1] ?? "",
      )?.[1] as Level | undefined,
  );
  return levels.reduce<Level>((highest, level) => (level && covers(level, highest) ? level : highest), "none");
}

export function covers(announced: Level, needed: Level): boolean {
  return LEVELS.indexOf(announced) >= LEVELS.indexOf(needed);
}

/** Name → its lines, each once; members of a union are lines of their own. */
function declarations(report: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const code = /```\w+\n([\s\S]*)```/.exec(report)?.[1] ?? "";
  for (const block of code.split(/\n\n(?=\S)/)) {
    const name =
      /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const|enum|namespace) ([\w$]+)/.exec(
        block,
      )?.[1] ?? block.trim();
    const lines = block
      .split("\n")
      .flatMap(unionMembers)
      .map((line) => line.trim())
      .filter((line) => line !== "" && line !== "}");
    found.set(name, new Set([...(found.get(name) ?? []), ...lines]));
  }
  return found;
}

function unionMembers(line: string): string[] {
  const [, head, members] = /^(export type \w+ = )([^<>{}()]+ \| [^<>{}()]+);$/.exec(line) ?? [];
  return head && members ? [head, ...members.split(" | ")] : [line];
}

/** Is it something that callers of an existing method have to give from now on? */
function isDemand(declaration: string, line: string): boolean {
  return /(Params|Options)$/.test(declaration) && /^(readonly )?[\w$"-]+: /.test(line);
}
