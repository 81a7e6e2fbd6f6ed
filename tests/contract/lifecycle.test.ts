import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { startProcess } from "../../server/test-kit/process.ts";

describe("a server's life", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp();
    account = await app.signUp();
  });
  afterAll(() => app?.close());

  test("a graceful stop loses no request: those in flight are answered, and the process ends with 0", async () => {
    const api = await startProcess("api", app.env);
    const asked = Array.from({ length: 20 }, async () => {
      const response = await fetch(`${api.url}/v1/generate`, {
        method: "POST",
        headers: { Authorization: `Bearer ${account.testKey}`, "Content-Type": "application/json" },
        body: JSON.stringify({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 }),
      });
      return { status: response.status, body: (await response.json()) as { id: string } };
    });
    await asked[0];
    const ended = api.terminate();
    for (const { status } of await Promise.all(asked)) expect(status).toBe(202);
    expect(await ended).toBe(0);
    await expect(fetch(`${api.url}/healthz`)).rejects.toThrow(/fetch failed/);
  });

  test("a graceful stop ends open event streams at once and cleanly: a client goes on elsewhere", async () => {
    app.simulator.setLatency(20); // still at work when it is canceled, however long the processes take
    const { id } = await account.test.generations.create({
      prompt: "stop prompt-canary",
      instrumental: true,
      duration_seconds: 30,
    });
    const api = await startProcess("api", { ...app.env, SHUTDOWN_TIMEOUT_MS: "60000" });
    const stream = await fetch(`${api.url}/v1/generations/${id}/events`, {
      headers: { Authorization: `Bearer ${account.testKey}` },
    });
    const reader = stream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^id: \d+\nevent: status\n/);
    expect(await api.terminate()).toBe(0);
    for (let end = false; !end;) end = (await reader?.read())?.done ?? true;
    await account.test.generations.cancel(id);
    app.simulator.setLatency(0);
  });

  test("a key revoked on one process stops on another within a second", async () => {
    const api = await startProcess("api", app.env);
    try {
      const key = await account.test.apiKeys.create({ name: "short-lived" });
      const elsewhere = () =>
        fetch(`${api.url}/v1/profile`, { headers: { Authorization: `Bearer ${key.key}` } }).then(
          ({ status }) => status,
        );
      expect(await elsewhere()).toBe(200);
      await account.test.apiKeys.revoke(key.id);
      await expect.poll(elsewhere, { timeout: 1000, interval: 20 }).toBe(401);
    } finally {
      await api.kill9();
    }
  });

  test("an event stream that is resumed after its last event gets only what is new", async () => {
    app.simulator.setLatency(1);
    const { id } = await account.test.generations.create({
      prompt: "stream prompt-canary",
      instrumental: true,
      duration_seconds: 5,
    });
    const read = async (lastEventId?: string) => {
      const response = await fetch(`${app.url}/v1/generations/${id}/events`, {
        headers: {
          Authorization: `Bearer ${account.testKey}`,
          ...(lastEventId !== undefined && { "Last-Event-ID": lastEventId }),
        },
      });
      expect(response.headers.get("content-type")).toContain("text/event-stream");
      const text = await response.text();
      return [...text.matchAll(/^id: (\d+)\nevent: (\w+)\ndata: (.*)$/gm)].map(([, revision, event, data]) => ({
        revision: Number(revision),
        event,
        data: JSON.parse(data ?? "{}") as { status: string },
      }));
    };
    const events = await read();
    app.simulator.setLatency(0);
    expect(events[0]?.event).toBe("status");
    expect(events.at(-1)).toMatchObject({ event: "status", data: { status: "completed" } });
    const revisions = events.map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(await read(String(revisions.at(-1)))).toEqual([]);
    expect(await read(String(revisions.at(-2)))).toHaveLength(1);
  });

  test.for([
    ["DATABASE_URL", ""],
    ["MASTER_KEYS", "not-a-key"],
    ["PORT", "a lot"],
  ] as const)("a malformed %s stops the start and is named", async ([variable, value]) => {
    await expect(startProcess("api", { ...app.env, [variable]: value })).rejects.toThrow(
      new RegExp(`${variable}.*${variable}=`, "s"),
    );
  });

  test("a worker for a plugin that is not there does not start, and names it", async () => {
    await expect(startProcess("worker", app.env, ["--plugins", "minimaxx"])).rejects.toThrow(
      "--plugins names minimaxx, but loaded are: minimax",
    );
  });

  test("a taken port is named", async () => {
    const { port } = new URL(app.url);
    await expect(startProcess("api", { ...app.env, PORT: port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
  });

  test("security headers and CORS: only listed origins, nothing framed", async () => {
    const other = await startTestApp({ worker: false, env: { CORS_ORIGINS: "https://app.example.com" } });
    const preflight = (origin: string) =>
      fetch(`${other.url}/v1/tracks`, {
        method: "OPTIONS",
        headers: { Origin: origin, "Access-Control-Request-Method": "GET" },
      });
    expect((await preflight("https://app.example.com")).headers.get("access-control-allow-origin")).toBe(
      "https://app.example.com",
    );
    expect((await preflight("https://evil.example.com")).headers.get("access-control-allow-origin")).toBeNull();
    const { headers } = await fetch(`${other.url}/healthz`);
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "x-request-id": expect.stringMatching(/^req_/),
    });
    await other.close();
  });

  test("a caller's well-formed request id is kept in answer, log and event; a malformed one is replaced", async () => {
    const kept = await app.request("get", "/v1/profile", {
      key: account.testKey,
      headers: { "X-Request-Id": "trace-1234567890" },
    });
    expect(kept.headers["x-request-id"]).toBe("trace-1234567890");
    expect(app.logged()).toContain('"request_id":"trace-1234567890"');
    const replaced = await app.request("get", "/v1/profile", {
      key: account.testKey,
      headers: { "X-Request-Id": 'a b{}"' },
    });
    expect(replaced.headers["x-request-id"]).toMatch(/^req_/);
  });
});
