// npm run bench [name …]: measures what BENCHMARKS.md shows and, when all was measured, writes it.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { benchAccept } from "./accept.ts";
import { benchEntitlements } from "./entitlements.ts";
import { benchBilling } from "./billing.ts";
import { benchAdmission } from "./admission.ts";
import { benchFirstAttempt } from "./first-attempt.ts";
import { benchLanes } from "./lanes.ts";
import { benchLimits } from "./limits.ts";
import { benchMixedLoad } from "./mixed-load.ts";
import { benchNeighbours } from "./neighbours.ts";
import { benchReadTrack } from "./read-track.ts";
import type { BenchRow } from "./row.ts";
import { benchSdk } from "./sdk.ts";
import { benchSdkPython } from "./sdk-python.ts";
import { benchStartUp } from "./start-up.ts";
import { benchTiming } from "./timing.ts";
import { benchUsage } from "./usage.ts";
import { benchValidation } from "./validation.ts";
import { benchWebhooks } from "./webhooks.ts";

const benches: Record<string, { title: string; run: () => Promise<BenchRow[]> }> = {
  "read-track": { title: "Reading a track", run: benchReadTrack },
  usage: { title: "Recording every request", run: benchUsage },
  limits: { title: "Authentication and limits", run: benchLimits },
  entitlements: { title: "Entitlement checks", run: benchEntitlements },
  timing: { title: "What the time of a refusal tells", run: benchTiming },
  validation: { title: "Request validation", run: benchValidation },
  "first-attempt": { title: "Event to first attempt", run: benchFirstAttempt },
  neighbours: { title: "Webhooks beside endpoints that hang", run: benchNeighbours },
  webhooks: { title: "Webhook deliveries", run: benchWebhooks },
  accept: { title: "Accepting generations", run: benchAccept },
  billing: { title: "Buying", run: benchBilling },
  lanes: { title: "Interactive work beside bulk", run: benchLanes },
  admission: { title: "Admission under plan limits", run: benchAdmission },
  load: { title: "Mixed load", run: benchMixedLoad },
  sdk: { title: "The JavaScript SDK", run: benchSdk },
  "sdk-python": { title: "The Python SDK", run: benchSdkPython },
  "start-up": { title: "Starting up", run: benchStartUp },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`);
  process.exit(2);
}

const sections: string[] = [];
for (const [name, { title, run }] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`${name} …`);
  const rows = await run();
  sections.push(section(name, title, rows));
  console.log(sections.at(-1));
}
if (wanted.length === 0) {
  writeFileSync(fileURLToPath(new URL("../BENCHMARKS.md", import.meta.url)), `${heading()}\n${sections.join("\n")}`);
}

function section(name: string, title: string, rows: BenchRow[]): string {
  const lines = rows.map(
    ({ figure, value, unit, goal, met }) =>
      `| ${figure} | ${value} ${unit} | ${goal ?? ""} | ${met === null ? "" : met ? "yes" : "**no**"} |`,
  );
  return `## ${title}\n\n\`npm run bench -- ${name}\`\n\n| figure | measured | goal | met |\n|---|---|---|---|\n${lines.join("\n")}\n`;
}

function heading(): string {
  const [cpu] = cpus();
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).stdout.trim();
  return `# Benchmarks

Written by \`npm run bench\`. Ratios compare two things measured in turns in one run on one machine; absolute figures are this
machine's alone, where load generator, server, database and receiver share the cores.

- ${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}
- Node ${process.versions.node}, PostgreSQL 18 (embedded, fsync on), commit ${commit}, ${new Date().toISOString().slice(0, 10)}
`;
}
