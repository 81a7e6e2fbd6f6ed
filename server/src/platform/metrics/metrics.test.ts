import { expect, test } from "vitest";
import { createMetrics } from "./index.ts";

test("what was observed is exposed with its labels, beside the process's own metrics", async () => {
  const metrics = createMetrics();
  metrics.observeRequest("getTrack", "GET", 200, 0.004);
  metrics.observeRequest("getTrack", "GET", 200, 0.2);
  metrics.work.job("generation", "done", 2);
  metrics.work.repaired("generation", 3);
  metrics.limiter.degraded(true);
  const text = await metrics.registry.metrics();
  expect(text).toContain(
    'musicverse_http_request_duration_seconds_count{operation="getTrack",method="GET",status="200"} 2',
  );
  expect(text).toContain('musicverse_job_duration_seconds_count{kind="generation",result="done"} 1');
  expect(text).toContain('musicverse_jobs_repaired_total{kind="generation"} 3');
  expect(text).toContain("musicverse_limiter_degraded 1");
  expect(text).toContain("process_cpu_seconds_total");
});

test("two apps in one process count apart", async () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.limiter.degradedTake();
  expect(await two.registry.metrics()).toContain("musicverse_limiter_degraded_takes_total 0");
});
