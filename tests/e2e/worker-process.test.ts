import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { startProcess, type ServerProcess } from "../../server/test-kit/process.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";

/** What Prometheus and an orchestrator learn from a worker that is a process of its own. */
let app: TestApp;
let worker: ServerProcess;
let receiver: Receiver;
let account: TestAccount;
const env = { WORKER_PORT: "0" };

beforeAll(async () => {
  app = await startTestApp({ worker: false, env });
  receiver = await startReceiver();
  worker = await startProcess("worker", app.env);
  account = await app.signUp();
});
afterAll(async () => {
  await worker?.terminate();
  await receiver?.close();
  await app?.close();
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(worker.url + path, { headers });

test("its metrics tell of the deliveries and jobs that it did itself", async () => {
  const webhook = await account.test.webhooks.create({ url: receiver.url });
  await account.test.webhooks.test(webhook.id);
  await receiver.next(() => true);
  const metrics = async () => (await get("/metrics")).text();
  await expect
    .poll(metrics)
    .toMatch(/^musicverse_job_duration_seconds_count\{kind="webhook-drain",result="done"\} [1-9]/m);
  await expect.poll(metrics).toMatch(/^musicverse_webhooks_attempts_total\{[^}]*\} [1-9]/m);
  // The API beside it did none of that.
  expect(await (await fetch(`${app.url}/metrics`)).text()).not.toContain('kind="webhook-drain",result="done"');
});

test("it says that it lives and is ready, and serves nothing else", async () => {
  expect((await get("/healthz")).status).toBe(200);
  const ready = await get("/readyz");
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({
    status: expect.stringMatching(/ok|degraded/),
    checks: expect.arrayContaining([expect.objectContaining({ name: "database", status: "ok" })]),
  });
  expect((await get("/v1/tracks", { Authorization: `Bearer ${account.testKey}` })).status).toBe(404);
  expect((await get("/healthz?typo=1")).status).toBe(400);
});

test("strangers behind a proxy of its machine do not read its metrics", async () => {
  expect((await get("/metrics", { "X-Forwarded-For": "203.0.113.9" })).status).toBe(401);
});

test("a port that is taken is named by its setting", async () => {
  await expect(startProcess("worker", { ...app.env, WORKER_PORT: new URL(worker.url).port })).rejects.toThrow(
    /set WORKER_PORT to another number/,
  );
});

test("when it is stopped it is unready at once, ends what it does, and only then is gone", async () => {
  // The other one has nothing to do meanwhile: this one alone serves the endpoint.
  await worker.terminate();
  const stopped = await startProcess("worker", app.env);
  const answers: (() => void)[] = [];
  receiver.answer((_request, response) => void answers.push(() => response.writeHead(204).end()));
  const webhook = await account.test.webhooks.create({ url: receiver.url });
  await expect.poll(() => answers.length).toBeGreaterThan(0);
  const ended = stopped.terminate();
  await expect.poll(async () => (await fetch(`${stopped.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${stopped.url}/healthz`)).status).toBe(200);
  for (const answer of answers) answer();
  expect(await ended).toBe(0);
  const [delivery] = (await account.test.webhooks.listDeliveries(webhook.id)).data;
  expect(delivery).toMatchObject({ status: "succeeded", attempts_count: 1 });
  worker = await startProcess("worker", app.env);
});

test("without the setting it works and listens nowhere", async () => {
  const other = await startProcess("worker", { ...app.env, WORKER_PORT: "" });
  expect(other.url).toBe("");
  expect(await other.terminate()).toBe(0);
});

test("it stands back for others on its machine as far as WORKER_NICE says, and never by itself", async () => {
  const polite = await startProcess("worker", { ...app.env, WORKER_NICE: "10" });
  // The runner of the tests may stand back itself, and what it starts inherits that.
  const threads = process.platform === "linux" ? readdirSync(`/proc/${polite.pid}/task`).map(Number) : [polite.pid];
  expect(new Set(threads.map((thread) => getPriority(thread)))).toEqual(new Set([Math.max(10, getPriority())]));
  expect(getPriority(worker.pid)).toBe(getPriority());
  expect(await polite.terminate()).toBe(0);
  await expect(startProcess("worker", { ...app.env, WORKER_NICE: "-5" })).rejects.toThrow(/WORKER_NICE/);
});
