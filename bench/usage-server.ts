// One process, one address: for a moment it records every request, for the next none, and so on. Nothing else sets the two
// apart: not how the compiler happened to optimise one process, not what its caches hold, hardly what the machine did.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "../server/src/app.ts";
import { createUsageRecorder, type UsageRecorder } from "../server/src/features/usage/index.ts";
import { createFeatures } from "../server/src/features.ts";
import { loadConfig } from "../server/src/config.ts";
import { createLogger } from "../server/src/platform/log/index.ts";
import { openServices } from "../server/src/services.ts";
import { createShared } from "../server/src/shared.ts";
import { TURN_MS, type Side, type UsageTurns } from "./usage-turns.ts";

/** Stored together, as many as a second has. */
const TURNS_STORED = 4;

const config = loadConfig(process.env);
const services = await openServices(config, { log: createLogger({ level: config.logLevel, name: "bench" }) });
const { clock, db, log } = services;
const features = createFeatures(services, createShared(services), {
  stopping: () => false,
  publicUrl: () => "http://127.0.0.1",
});
const openRecorder = (): UsageRecorder =>
  createUsageRecorder({ db, clock, log, spillDir: config.usageSpillDir, flushEveryMs: 3_600_000 });
let recorder = openRecorder();
const apps = {
  recording: createApp(services, { ...features, recordRequest: (request) => recorder.record(request) }),
  silent: createApp(services, { ...features, recordRequest: null }),
};

let side: Side = "silent";
let requests = 0;
const server = createServer((request, response) => {
  requests += 1;
  apps[side](request, response);
});
server.listen(0, "127.0.0.1", () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

process.once("message", async ({ pairs }: { pairs: number }) => {
  const turns: UsageTurns["turns"] = { recording: [], silent: [] };
  const ended: UsageRecorder[] = [];
  const storing: Promise<void>[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    // A slow moment of the machine meets now the one first, now the other.
    for (side of pair % 2 ? (["recording", "silent"] as const) : (["silent", "recording"] as const)) {
      const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
      requests = 0;
      if (side === "recording" && pair % TURNS_STORED === 0) {
        // Stored while requests are recorded, as ever, and never in a turn that records none.
        ended.push(recorder);
        storing.push(recorder.close());
        recorder = openRecorder();
      }
      await new Promise((resolve) => setTimeout(resolve, TURN_MS));
      const { user, system } = process.cpuUsage(cpu);
      const answered = requests;
      turns[side].push({
        perSecond: (answered * 1000) / (performance.now() - startedAt),
        cpuUs: (user + system) / answered,
      });
    }
  }
  // Those that are on their way are recorded too.
  await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  await Promise.all([...storing, recorder.close()]);
  const counts = [...ended, recorder].map((one) => one.counts());
  const sum = (name: "accepted" | "stored") => counts.reduce((total, one) => total + one[name], 0);
  process.send?.({ turns, accepted: sum("accepted"), stored: sum("stored") } satisfies UsageTurns);
});
process.on("disconnect", () => process.exit());
