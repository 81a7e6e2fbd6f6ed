// The load generator, a process of its own. Each request has its moment in a plan made before, whatever became of those
// before it, and its latency counts from that moment: a server that stalls cannot keep requests from being counted.
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import type { LoadAccount } from "./mixed-load-accounts.ts";
import { mix, type MixedOperation } from "./mixed-load-requests.ts";

export interface Round {
  url: string;
  accounts: LoadAccount[];
  perSecond: number;
  seconds: number;
  seed: number;
}

export interface OperationResult {
  operation: string;
  requests: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

export interface RoundResult {
  operations: OperationResult[];
  requests: number;
  /** Answers that were not 2xx, and requests without an answer, with how many of each. */
  errors: Record<string, number>;
  /** How late the generator itself was to send, 99th percentile: counted in all latencies. */
  lateP99Ms: number;
}

const CONNECTIONS = 256;
const ANSWER_MS = 30_000;

interface Planned extends Pick<MixedOperation, "operation" | "request"> {
  atMs: number;
  account: LoadAccount;
}

process.on("message", (round: Round) => void run(round).then((result) => process.send?.(result)));
process.on("disconnect", () => process.exit());
process.send?.({ port: null });

async function run({ url, accounts, perSecond, seconds, seed }: Round): Promise<RoundResult> {
  const random = randomFrom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const pool = new Pool(url, {
    connections: CONNECTIONS,
    pipelining: 1,
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  const latencies = new Map<string, number[]>();
  const late: number[] = [];
  const errors: Record<string, number> = {};
  const running: Promise<void>[] = [];
  const startedAt = performance.now() + 100;

  async function send({ operation, request, atMs, account }: Planned): Promise<void> {
    const { method, path, headers, body = null } = request(account, pick);
    let outcome: string;
    try {
      const answer = await pool.request({
        method,
        path,
        headers: { authorization: `Bearer ${account.key}`, ...headers },
        body,
      });
      await answer.body.dump({ limit: Number.POSITIVE_INFINITY });
      outcome = answer.statusCode < 300 ? "" : `${operation} ${answer.statusCode}`;
    } catch (error) {
      outcome = `${operation} ${(error as { code?: string }).code ?? String(error)}`;
    }
    if (outcome) errors[outcome] = (errors[outcome] ?? 0) + 1;
    let list = latencies.get(operation);
    if (!list) latencies.set(operation, (list = []));
    list.push(performance.now() - startedAt - atMs);
  }

  for (const planned of plan({ accounts, perSecond, seconds, random, pick })) {
    // Never spins: the server needs these cores. What a timer is late is counted in the latencies.
    for (
      let wait = planned.atMs - (performance.now() - startedAt);
      wait > 0;
      wait = planned.atMs - (performance.now() - startedAt)
    )
      await sleep(wait);
    late.push(performance.now() - startedAt - planned.atMs);
    running.push(send(planned));
  }
  await Promise.all(running);
  await pool.close();
  return {
    operations: mix.map(({ operation }) => summary(operation, latencies.get(operation) ?? [])),
    requests: running.length,
    errors,
    lateP99Ms: percentile(late, 0.99),
  };
}

/** Arrivals of many who know nothing of each other: exponential gaps, so that some come close together. */
function* plan({
  accounts,
  perSecond,
  seconds,
  random,
  pick,
}: Pick<Round, "accounts" | "perSecond" | "seconds"> & {
  random(): number;
  pick<T>(values: readonly T[]): T;
}): Generator<Planned> {
  const shares = mix.flatMap((operation) => Array.from({ length: operation.share }, () => operation));
  for (let atMs = 0; atMs < seconds * 1000; atMs += (-Math.log(1 - random()) / perSecond) * 1000) {
    const { operation, request } = pick(shares);
    yield { operation, request, atMs, account: pick(accounts) };
  }
}

function summary(operation: string, values: number[]): OperationResult {
  const [p50Ms, p95Ms, p99Ms, maxMs] = [0.5, 0.95, 0.99, 1].map((share) => percentile(values, share)) as [
    number,
    number,
    number,
    number,
  ];
  return { operation, requests: values.length, p50Ms, p95Ms, p99Ms, maxMs };
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.ceil(sorted.length * share), sorted.length) - 1] ?? 0;
}

/** Mulberry32: the same numbers in every run, so that every run asks the same. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
