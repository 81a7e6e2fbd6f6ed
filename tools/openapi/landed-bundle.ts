// Finds the bundle that users know: the last landed one that differs from the one at hand.
import { execFileSync } from "node:child_process";

const BUNDLE = "openapi/dist/openapi.json";

export interface LandedBundle {
  /** Commit it stands in. */
  commit: string;
  text: string;
}

/**
 * Walks back from where HEAD left `base` through the commits that changed the bundle, to the first whose bundle differs
 * from `current`. So a branch is compared with what it started from, and a commit on main with what was there before,
 * however many commits lie between.
 *
 * @param base a git revision, such as the target branch of a pull request; absent: origin's default branch, else HEAD.
 *   One that git does not know throws an Error that says so.
 * @returns null when there is none: no git, no earlier commit (also in a shallow clone), or the first bundle.
 */
export function findLandedBundle(cwd: string, current: string, base?: string): LandedBundle | null {
  if (base && !git(cwd, "rev-parse", "--verify", "--quiet", `${base}^{commit}`)) {
    throw new Error(`CONTRACT_BASE is ${base}, which git does not know here. Fetch it with its history or correct it.`);
  }
  const target = base ?? (git(cwd, "rev-parse", "--verify", "--quiet", "origin/HEAD") ? "origin/HEAD" : "HEAD");
  const start = git(cwd, "merge-base", target, "HEAD")?.trim();
  const commits = start ? git(cwd, "log", "--format=%H", start, "--", BUNDLE)?.trim().split("\n") : [];
  for (const commit of commits ?? []) {
    const text = git(cwd, "show", `${commit}:${BUNDLE}`);
    if (text !== null && text !== current) return { commit, text };
  }
  return null;
}

/** Output of a git command; null when it fails. */
function git(cwd: string, ...args: string[]): string | null {
  try {
    return execFileSync("git", args, { cwd, encoding: "utf8", maxBuffer: 64_000_000, stdio: "pipe" });
  } catch {
    return null;
  }
}
