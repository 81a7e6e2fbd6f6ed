import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export interface HttpMetrics {
  /** `operation` is an operationId or "unknown": never a path, whose values are without number. */
  observeRequest(operation: string, method: string, status: number, seconds: number): void;
}

/**
 * The process's Prometheus registry and what the platform measures. A feature adds its own metrics to `registry`,
 * named `musicverse_<capability>_…`, with labels of few values: no ids, no free text.
 */
export interface Metrics extends HttpMetrics {
  registry: Registry;
  work: {
    job(kind: string, result: string, seconds: number): void;
    repaired(kind: string, count: number): void;
    enqueueFailed(kind: string): void;
  };
  limiter: {
    degraded(isDegraded: boolean): void;
    degradedTake(): void;
  };
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const JOB_SECONDS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600];

/** One per process; a registry of its own, so that two apps in one test process do not collide. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "musicverse_http_request_duration_seconds",
    help: "Time from the first byte of a request to the last of its response.",
    labelNames: ["operation", "method", "status"],
    buckets: SECONDS,
    registers,
  });
  return {
    registry,
    observeRequest: observer(requests),
    work: workMetrics(registers),
    limiter: limiterMetrics(registers),
  };
}

/** Finding a child by its labels hashes them each time; on the path of every request it is looked up once. */
function observer(histogram: Histogram<"operation" | "method" | "status">): HttpMetrics["observeRequest"] {
  const children = new Map<string, Histogram.Internal<"operation" | "method" | "status">>();
  return (operation, method, status, seconds) => {
    const key = `${operation} ${method} ${status}`;
    let child = children.get(key);
    if (!child) children.set(key, (child = histogram.labels(operation, method, String(status))));
    child.observe(seconds);
  };
}

function workMetrics(registers: Registry[]): Metrics["work"] {
  const jobs = new Histogram({
    name: "musicverse_job_duration_seconds",
    help: "Time a worker spent on one job, by how it ended.",
    labelNames: ["kind", "result"],
    buckets: JOB_SECONDS,
    registers,
  });
  const repaired = new Counter({
    name: "musicverse_jobs_repaired_total",
    help: "Due rows that the sweeper found outside the queue.",
    labelNames: ["kind"],
    registers,
  });
  const failures = new Counter({
    name: "musicverse_enqueue_failures_total",
    help: "Work that could not be queued after its commit; the sweeper finds it.",
    labelNames: ["kind"],
    registers,
  });
  return {
    job: (kind, result, seconds) => jobs.observe({ kind, result }, seconds),
    repaired: (kind, count) => repaired.inc({ kind }, count),
    enqueueFailed: (kind) => failures.inc({ kind }),
  };
}

function limiterMetrics(registers: Registry[]): Metrics["limiter"] {
  const degraded = new Gauge({
    name: "musicverse_limiter_degraded",
    help: "1 while Redis does not answer and rate limits are counted by this process alone.",
    registers,
  });
  const takes = new Counter({
    name: "musicverse_limiter_degraded_takes_total",
    help: "Requests that were limited without Redis.",
    registers,
  });
  return { degraded: (isDegraded) => degraded.set(isDegraded ? 1 : 0), degradedTake: () => takes.inc() };
}
