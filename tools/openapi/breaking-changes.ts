// Which differences between two bundles break somebody's program.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { runRedocly } from "./redocly.ts";

/** One breaking change: Redocly's rule, a JSON pointer into the newer bundle (into the older one for removals). */
export interface BreakingChange {
  rule: string;
  at: string;
  message: string;
}

/** A break that somebody decided on, as written in openapi/breaking-changes.yaml. */
export interface AcceptedBreak {
  rule: string;
  at: string;
  reason: string;
}

interface Verdict {
  ruleId: string;
  impact: string;
  message: string;
  location: { pointer: string };
}

interface DiffReport {
  changes: { verdicts?: Verdict[] }[];
}

/** Compares two bundles (their JSON text) with `redocly diff`, by the rules that openapi/redocly.yaml sets for it. */
export function findBreakingChanges(olderBundle: string, newerBundle: string): BreakingChange[] {
  const dir = mkdtempSync(join(tmpdir(), "musicverse-diff-"));
  try {
    const [older, newer] = [join(dir, "older.json"), join(dir, "newer.json")];
    writeFileSync(older, olderBundle);
    writeFileSync(newer, newerBundle);
    const options = ["--config", "openapi/redocly.yaml", "--format", "json", "--fail-on", "none"];
    const report: DiffReport = JSON.parse(runRedocly(["diff", older, newer, ...options]));
    const breaking = report.changes
      .flatMap(({ verdicts = [] }) => verdicts)
      .filter((verdict) => verdict.impact === "major" && !isNewEvent(verdict));
    return breaking.map(({ ruleId, location, message }) => ({ rule: ruleId, at: location.pointer, message }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** EventType tells its readers that types may be added, so one more kind of event breaks nobody. */
function isNewEvent({ ruleId, message, location }: Verdict): boolean {
  const place = /^#\/components\/schemas\/(?:Event|WebhookPayload)\/oneOf\/\d+$/;
  return ruleId === "schema-combinator-changed" && place.test(location.pointer) && message.endsWith("was added.");
}

/**
 * Reads openapi/breaking-changes.yaml (its text).
 * Throws an Error that names the entry when one is incomplete: a break needs a reason that users can read.
 */
export function parseAcceptedBreaks(text: string): AcceptedBreak[] {
  const entries: Partial<AcceptedBreak>[] = parse(text) ?? [];
  return entries.map(({ rule, at, reason }, index) => {
    if (rule && at && reason && reason.trim().length >= 20) return { rule, at, reason };
    const entry = `Entry ${index + 1} of openapi/breaking-changes.yaml`;
    throw new Error(`${entry} needs rule, at and a reason of at least 20 characters: why, and what users do about it.`);
  });
}

/** The changes that nobody decided on. */
export function withoutAccepted(changes: BreakingChange[], accepted: AcceptedBreak[]): BreakingChange[] {
  return changes.filter(({ rule, at }) => !accepted.some((entry) => entry.rule === rule && entry.at === at));
}
