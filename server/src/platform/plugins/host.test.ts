import { PluginError, type PluginContext } from "@musicverse/plugin-kit";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { createEgressPools, createResolver } from "../egress/index.ts";
import { createPluginHost } from "./create-host.ts";
import { PluginFailure } from "./failure.ts";
import { callOf, hostFor, input, pluginWith, provider, secretKey, song, sourceOf } from "./fixture.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Generate = (ctx: PluginContext, base: string) => Promise<unknown>;

/** Runs `generate` in a host against a provider and answers what the caller of invoke gets. */
async function run(
  generate: Generate,
  options: {
    answer?: Parameters<typeof provider>[0];
    idempotent?: true;
    call?: Parameters<typeof callOf>[0];
  } = {},
) {
  const upstream = await provider(options.answer ?? ((_request, response) => void response.end("{}")));
  const capability = {
    ...(options.idempotent && { retrySafety: { generate: "idempotent" as const } }),
    generate: async (ctx: PluginContext) => (await generate(ctx, upstream.origin)) as { done: typeof song },
  };
  const { host, lines, close } = await hostFor(pluginWith(capability), upstream.origin);
  cleanups.push(close, upstream.close);
  const result = await host
    .invoke("tester", "generation", "generate", callOf(options.call), input)
    .catch((error: unknown) => error);
  return { result, lines, failure: result as PluginFailure };
}

const post = (ctx: PluginContext, url: string) => ctx.http.request({ method: "POST", url, json: {} });

describe("loading", () => {
  test("one bad plugin of each sort is reported with a reason and leaves the others working", async () => {
    const good = pluginWith();
    const never = new Promise(() => undefined);
    const { host, close } = await hostFor(good, "https://api.example.com", {
      plugins: ["missing", "old", "undeclared", "throws", "hangs", "empty", "faulty", "!off", "tester", "twin"],
      importTimeoutMs: 50,
      source: sourceOf({
        old: { kit: "^9.0.0", exports: () => expect.unreachable("an incompatible package must not run") },
        undeclared: { kit: null, exports: () => expect.unreachable("a package without a range must not run") },
        throws: {
          exports: () => {
            throw new Error("boom on import");
          },
        },
        hangs: { exports: () => never },
        empty: { exports: () => ({}) },
        faulty: { exports: () => ({ default: { ...good, id: "Not An Id" } }) },
        tester: { exports: () => ({ default: good }) },
        twin: { exports: () => ({ default: good }) },
      }),
    });
    cleanups.push(close);
    const states = host.report().map(({ name, status, error }) => [name, status, error]);
    expect(states).toEqual([
      ["missing", "failed", expect.stringContaining("npm install @musicverse/plugin-missing")],
      ["old", "incompatible", expect.stringContaining("^9.0.0")],
      ["undeclared", "incompatible", expect.stringContaining("musicverse.kit")],
      ["throws", "failed", expect.stringContaining("boom on import")],
      ["hangs", "failed", expect.stringContaining("50 ms")],
      ["empty", "failed", expect.stringContaining("default export")],
      ["faulty", "failed", expect.stringContaining("id: lower case")],
      ["off", "disabled", expect.stringContaining("!off")],
      ["Tester", "loaded", null],
      ["Tester", "failed", expect.stringContaining("taken")],
    ]);
    await expect(host.invoke("tester", "generation", "generate", callOf(), input)).resolves.toEqual({ done: song });
  });

  test("a malformed setting leaves the plugin out and is named without its value", async () => {
    const { host, close } = await hostFor(pluginWith(), "not a url");
    cleanups.push(close);
    expect(host.report()[0]).toMatchObject({
      status: "misconfigured",
      error: expect.stringContaining("TESTER_BASE_URL"),
    });
    expect(JSON.stringify(host.report())).not.toContain(secretKey);
  });

  test("a missing setting refuses live accounts only, and says which", async () => {
    const { host, close } = await hostFor(pluginWith(), "x", {
      settings: { TESTER_BASE_URL: "https://api.example.com" },
    });
    cleanups.push(close);
    expect(host.report()[0]).toMatchObject({
      status: "loaded",
      live: false,
      config: [{ name: "apiKey", configured: false }, { configured: true }],
    });
    const failure = host.invoke("tester", "generation", "generate", callOf(), input);
    await expect(failure).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("TESTER_API_KEY"),
    });
  });

  test("minimax loads by its name and makes a song for a sandbox account without any setting", async () => {
    const log = pino({ level: "silent" });
    const host = await createPluginHost({
      plugins: ["minimax"],
      settings: {},
      log,
      clock: { now: () => new Date() },
      guardedDispatcher: () => expect.unreachable("sandbox calls never leave the machine"),
      simulatorLatency: 0,
    });
    cleanups.push(() => host.close());
    expect(host.report()[0]).toMatchObject({ id: "minimax", status: "loaded", live: false, sandbox: true });
    expect(host.models("minimax").filter((model) => model.default)).toMatchObject([
      { kind: "music" },
      { kind: "reel" },
      { kind: "artwork" },
    ]);
    const call = callOf({ account: { id: "a-2", mode: "test" } });
    const work = await host.invoke("minimax", "generation", "generate", call, { ...input, durationSeconds: 5 });
    expect(work).toMatchObject({ done: { kind: "music", format: "wav", durationMs: 5000 } });
    expect(host.retrySafety("minimax", "generation", "generate", "live")).toBe("billable");
    expect(host.retrySafety("minimax", "generation", "generate", "test")).toBe("idempotent");
    expect(host.can("minimax", "generation", "resolve")).toBe(false);
  });
});

describe("what a plugin does wrong becomes a code", () => {
  test("input that does not fit is refused before the plugin runs, by field", async () => {
    const { host, close } = await hostFor(
      pluginWith({ generate: () => expect.unreachable() }),
      "https://api.example.com",
    );
    cleanups.push(close);
    const call = host.invoke("tester", "generation", "generate", callOf(), { ...input, durationSeconds: 9999 });
    await expect(call).rejects.toMatchObject({ code: "VALIDATION", fields: [{ field: "durationSeconds" }] });
  });

  test("something thrown that is no PluginError is PLUGIN_BUG", async () => {
    const { failure } = await run(async () => {
      throw new TypeError("undefined is not a song");
    });
    expect(failure).toBeInstanceOf(PluginFailure);
    expect(failure).toMatchObject({ code: "PLUGIN_BUG", outcome: "failed" });
  });

  test("output against the schema is UPSTREAM, and unknown after a paid success", async () => {
    const { failure } = await run(async (ctx, base) => {
      await post(ctx, base);
      return { done: { ...song, format: "midi" } };
    });
    expect(failure).toMatchObject({ code: "UPSTREAM", outcome: "unknown", message: expect.stringContaining("format") });
  });

  test("a connection cut after the request is NETWORK with an unknown outcome; safe repetition makes it failed", async () => {
    const cut = { answer: (request: { socket: { destroy(): void } }) => request.socket.destroy() };
    expect((await run(post, cut)).failure).toMatchObject({ code: "NETWORK", outcome: "unknown" });
    expect((await run(post, { ...cut, idempotent: true })).failure).toMatchObject({
      code: "NETWORK",
      outcome: "failed",
    });
  });

  test("a truncated answer is NETWORK with an unknown outcome", async () => {
    const { failure } = await run(post, {
      answer: (_request, response) => {
        response.writeHead(200, { "content-length": 100 });
        response.write("half", () => response.destroy());
      },
    });
    expect(failure).toMatchObject({ code: "NETWORK", outcome: "unknown" });
  });

  test("a refused connection has certainly not happened", async () => {
    const { close, origin } = await provider(() => undefined);
    close();
    const { host, close: closeHost } = await hostFor(
      pluginWith({ generate: async (ctx) => (await post(ctx, origin)) as never }),
      origin,
    );
    cleanups.push(closeHost);
    const failure = host.invoke("tester", "generation", "generate", callOf(), input);
    await expect(failure).rejects.toMatchObject({ code: "NETWORK", outcome: "failed" });
  });

  test("the deadline ends a call to a hanging provider: NETWORK, outcome unknown", async () => {
    const { failure } = await run(post, { answer: () => undefined, call: { deadlineMs: 50 } });
    expect(failure).toMatchObject({ code: "NETWORK", outcome: "unknown", message: expect.stringContaining("50 ms") });
  });

  test("a plugin that ignores its abort is left behind within 250 ms, and logged", async () => {
    const abort = new AbortController();
    const reason = new Error("canceled by the user");
    const started = performance.now();
    setTimeout(() => abort.abort(reason), 10);
    const { result, lines } = await run(() => new Promise(() => undefined), { call: { signal: abort.signal } });
    expect(result).toBe(reason);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(lines.join()).toContain("ignores its abort signal");
  });

  test("an open breaker delays and calls nothing", async () => {
    let calls = 0;
    const failing = pluginWith({
      generate: async (ctx) => {
        calls += 1;
        return ctx.http
          .request({ method: "POST", url: `${String(ctx.config.baseUrl)}/`, json: {} })
          .then(() => ({ done: song }));
      },
    });
    const closed = await provider(() => undefined);
    closed.close();
    const { host, close } = await hostFor(failing, closed.origin);
    cleanups.push(close);
    const call = () =>
      host.invoke("tester", "generation", "generate", callOf(), input).catch((error: PluginFailure) => error.code);
    const codes = await Promise.all(Array.from({ length: 20 }, call));
    expect(new Set(codes)).toEqual(new Set(["NETWORK"]));
    expect(await call()).toBe("BREAKER_OPEN");
    expect(calls).toBe(20);
    expect(host.report("live")[0]?.breaker).toBe("open");
    expect(host.report("test")[0]?.breaker).toBe("closed");
  });
});

describe("ctx.http", () => {
  test("refuses hosts that are neither declared nor configured, and other ports and schemes of declared ones", async () => {
    for (const url of [
      "https://evil.example.com/",
      "http://api.example.com/",
      "https://api.example.com:8443/",
      "http://127.0.0.1:1/",
      "file:///etc/passwd",
      "nonsense",
    ]) {
      const { failure } = await run((ctx) => ctx.http.request({ method: "GET", url }));
      expect([url, failure.code]).toEqual([url, "PERMANENT"]);
    }
  });

  test("gives the key to the configured address only, and never on request of the plugin's own headers", async () => {
    const seen: (string | undefined)[] = [];
    await run(
      async (ctx, base) => {
        await ctx.http.request({ method: "GET", url: base, headers: { host: "evil.example.com" } });
        await ctx.http.request({ method: "GET", url: base, credential: false });
        return { done: song };
      },
      {
        answer: (request, response) => {
          seen.push(request.headers.authorization, request.headers.host?.split(":")[0]);
          response.end("{}");
        },
      },
    );
    expect(seen).toEqual([`Bearer ${secretKey}`, "127.0.0.1", undefined, "127.0.0.1"]);
  });

  test("tells the provider and the log which request caused the call", async () => {
    const seen: unknown[] = [];
    const { lines } = await run(
      async (ctx, base) => {
        ctx.log.info("calling");
        await ctx.http.request({ method: "GET", url: base, headers: { "X-Request-Id": "of-the-plugin" } });
        return { done: song };
      },
      {
        call: { requestId: "req_of_the_user" },
        answer: (request, response) => {
          seen.push(request.headers["x-request-id"]);
          response.end("{}");
        },
      },
    );
    expect(seen).toEqual(["req_of_the_user"]);
    expect(lines.join("")).toContain('"request_id":"req_of_the_user"');
  });

  test("follows no redirect, caps the answer and reads Retry-After", async () => {
    const statuses: unknown[] = [];
    const { failure } = await run(
      async (ctx, base) => {
        const redirect = await ctx.http.request({ method: "GET", url: `${base}/redirect` });
        statuses.push(redirect.status, redirect.retryAt !== null);
        await ctx.http.request({ method: "GET", url: `${base}/large`, maxBytes: 1000 });
        return { done: song };
      },
      {
        answer: (request, response) => {
          if (request.url === "/redirect")
            response.writeHead(302, { location: "http://127.0.0.1:1/", "retry-after": "7" }).end();
          else response.end("x".repeat(2000));
        },
      },
    );
    expect(statuses).toEqual([302, true]);
    expect(failure).toMatchObject({ code: "UPSTREAM", message: expect.stringContaining("1000 bytes") });
  });

  test("behind the address guard a configured private address is refused", async () => {
    const pools = createEgressPools({
      policy: { allowLoopback: false },
      resolve: createResolver({ timeoutMs: 500 }),
      timeoutMs: 500,
      connections: 4,
      headMs: 1000,
    });
    cleanups.push(() => pools.close());
    const upstream = await provider((_request, response) => void response.end("{}"));
    cleanups.push(upstream.close);
    const plugin = pluginWith({ generate: async (ctx) => (await post(ctx, upstream.origin)) as never });
    const { host, close } = await hostFor(plugin, upstream.origin, {
      guardedDispatcher: (id, origin) => pools.get(id, origin),
    });
    cleanups.push(close);
    const failure = host.invoke("tester", "generation", "generate", callOf(), input);
    await expect(failure).rejects.toMatchObject({
      code: "PERMANENT",
      message: expect.stringContaining("may not be reached"),
    });
  });
});

test("neither key nor user content is in logs, failures or their causes, whatever the plugin does", async () => {
  const { failure, lines } = await run(async (ctx) => {
    ctx.log.info(`calling with ${secretKey}`, {
      prompt: input.prompt,
      nested: { lyrics: [input.lyrics] },
      error: new Error(input.prompt),
    });
    throw new PluginError("UPSTREAM", `got ${secretKey} for ${input.prompt}`, {
      cause: new Error("first lyrics-canary"),
    });
  });
  const everything = [
    lines.join(),
    failure.message,
    failure.stack,
    String(failure.cause),
    (failure.cause as Error).stack,
    String((failure.cause as Error).cause),
  ].join();
  expect(everything).toContain("[redacted]");
  expect(everything).not.toMatch(/canary/);
});

test("two accounts share no cache, and progress only grows", async () => {
  const seen: unknown[] = [];
  const plugin = pluginWith({
    generate: async (ctx) => {
      seen.push(await ctx.kv.get("k"));
      await ctx.kv.set("k", ctx.account.id, { ttlSeconds: 60 });
      for (const fraction of [0.2, 0.1, Number.NaN, 7]) ctx.emitProgress(fraction);
      return { done: song };
    },
  });
  const { host, close } = await hostFor(plugin, "https://api.example.com");
  cleanups.push(close);
  const progress: number[] = [];
  for (const id of ["a-1", "a-2", "a-1"]) {
    const call = callOf({ account: { id, mode: "live" }, onProgress: (fraction) => progress.push(fraction) });
    await host.invoke("tester", "generation", "generate", call, input);
  }
  expect(seen).toEqual([null, null, "a-1"]);
  expect(progress.slice(0, 2)).toEqual([0.2, 1]);
});
