import { randomInt, randomUUID } from "node:crypto";
import { request as openRequest } from "node:http";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressLimits } from "../../server/src/features/limits/index.ts";
import { inspectRate, sessionRate } from "../../server/src/features/limits/rates.ts";
import { windowOf } from "../../server/src/features/limits/window.ts";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import { openApiDocument } from "../../server/src/platform/http/validate.ts";
import { decodeId } from "../../server/src/platform/ids/index.ts";
import { startTestApp, type RequestOptions, type TestApp } from "../../server/test-kit/app.ts";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";
import { exampleBody, examplePath } from "../spec.ts";
import { createWorld, worldOptions, type World } from "../world.ts";

/** What every operation answers in the same way, each asked by itself: what it declares must be what happens. */
describe("what operations declare", () => {
  let app: TestApp;
  let world: World;
  let receiver: Receiver;
  let owner: Client;
  beforeAll(async () => {
    [app, receiver] = await Promise.all([startTestApp({ ...worldOptions, logName: "test" }), startReceiver()]);
    world = await createWorld(app, receiver.url);
    owner = new Client({ connectionString: app.database.adminUrl });
    await owner.connect();
  });
  afterAll(async () => {
    await owner?.end();
    await app?.close();
    await receiver?.close();
  });

  const declaring = (status: number) =>
    (Object.keys(operations) as OperationId[]).filter((id) => {
      const { path, method } = operations[id];
      return (
        (openApiDocument.paths[path]?.[method] as { responses?: Record<string, unknown> } | undefined)?.responses?.[
          status
        ] !== undefined
      );
    });
  const takes = (id: OperationId, type: string) =>
    (operations[id].requestContentTypes as readonly string[]).includes(type);
  const isJson = (id: OperationId) =>
    takes(id, "application/json") && !("rawBody" in operations[id] && operations[id].rawBody);

  /** Who may call it, with objects of their own. */
  function callerOf(id: OperationId): { key?: string } {
    const { security } = operations[id];
    if (security.public) return {};
    const scopes: readonly string[] | null = security.apiKey;
    if (scopes === null) return { key: world.session };
    return { key: scopes.some((scope) => scope.startsWith("admin:")) ? world.adminSession : world.key };
  }
  /** With ids of objects that exist. */
  const pathOf = (id: OperationId) =>
    operations[id].path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => String(world.ids[name]?.[0]));
  const anybody = () => ({
    "X-Forwarded-For": `2001:db8:${randomInt(65_536).toString(16)}:${randomInt(65_536).toString(16)}::1`,
  });
  const ask = (id: OperationId, path = pathOf(id), { headers, ...options }: RequestOptions = {}) =>
    app.request(operations[id].method, path, { ...callerOf(id), ...options, headers: { ...anybody(), ...headers } });
  const bodyOf = (id: OperationId): RequestOptions => {
    if (!takes(id, "multipart/form-data")) return { body: world.bodies[id] ?? exampleBody(id) };
    const form = new FormData();
    form.append("file", new Blob([wavOf({ seconds: 0.1 })]), "a.wav");
    return { raw: form };
  };

  test.for(declaring(400))("%s: an unknown query parameter is 400", async (id) => {
    expect(await ask(id, `${pathOf(id)}?no_such_parameter=1`)).toMatchObject({
      status: 400,
      body: { code: "validation_failed" },
    });
  });

  test.for(declaring(404).filter((id) => operations[id].path.includes("{")))(
    "%s: what does not exist is 404",
    async (id) => {
      const missing = examplePath(id)
        .replace(/^\/v1\/plans\/.*/, "/v1/plans/gold")
        .replace(/^\/hooks\/.*/, "/hooks/nobody")
        .replace(/^\/v1\/entitlements\/.*/, "/v1/entitlements/teleport");
      const body = id === "updateAccountPlan" ? { body: { plan: "pro" } } : bodyOf(id);
      expect(await ask(id, missing, body)).toMatchObject({ status: 404, body: { code: "not_found" } });
    },
  );

  test.for(declaring(413))("%s: a body that is too large is 413", async (id) => {
    if (takes(id, "multipart/form-data")) return expect(await announce(id, 200_400_000)).toBe(413);
    const raw = JSON.stringify({ padding: "x".repeat(1_000_000) });
    expect(await ask(id, undefined, { raw, headers: { "Content-Type": "application/json" } })).toMatchObject({
      status: 413,
      body: { code: "body_too_large" },
    });
  });

  /** The status that a body of so many bytes gets before it is sent. */
  const announce = (id: OperationId, bytes: number) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        Authorization: `Bearer ${world.key}`,
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Length": bytes,
      };
      const request = openRequest(app.url + pathOf(id), { method: operations[id].method, headers }, (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.once("error", reject);
      request.flushHeaders();
    });

  test.for(declaring(415))("%s: a body of another kind is 415", async (id) => {
    const headers: Record<string, string> =
      isJson(id) || takes(id, "multipart/form-data")
        ? { "Content-Type": "text/plain" }
        : { "Content-Type": "application/json", "Content-Encoding": "gzip" };
    expect(await ask(id, undefined, { raw: "a song", headers })).toMatchObject({
      status: 415,
      body: { code: "unsupported_media_type" },
    });
  });

  const idempotent = declaring(422).filter((id) => operations[id].idempotent);

  test.for(idempotent)("%s: an Idempotency-Key of another request is 422", async (id) => {
    const key = { "Idempotency-Key": randomUUID() };
    const first = await app.request("post", "/v1/playlists", {
      ...callerOf(id),
      body: { name: "first" },
      headers: { ...anybody(), ...key },
    });
    expect(first.status).toBe(201);
    const other = id === "createPlaylist" ? { body: { name: "other" } } : bodyOf(id);
    expect(await ask(id, undefined, { ...other, headers: key })).toMatchObject({
      status: 422,
      body: { code: "idempotency_mismatch" },
    });
  });

  test.for(idempotent)("%s: the same request while it still runs is 409", async (id) => {
    const headers = { "Idempotency-Key": randomUUID() };
    // The first one's effect waits for this lock.
    await owner.query("begin; lock table idempotency_records in access exclusive mode");
    const both = [ask(id, undefined, { ...bodyOf(id), headers }), ask(id, undefined, { ...bodyOf(id), headers })];
    const early = await Promise.race(both).finally(() => owner.query("commit"));
    expect(early).toMatchObject({ status: 409, body: { code: "idempotency_in_progress" } });
    await Promise.all(both);
  });

  test.for(declaring(429))("%s: past the limit is 429, with the time to come back", async (id) => {
    const { security, rateClass } = operations[id];
    const headers = anybody();
    const session = callerOf(id).key === world.adminSession ? "adminSession" : "session";
    const live = decodeId("acc", world.liveId[session]) ?? "";
    const windows = [
      ...addressLimits({ ip: headers["X-Forwarded-For"], rateClass }),
      ...(security.public
        ? []
        : [windowOf(live, "session", sessionRate, "platform"), windowOf(live, "inspect", inspectRate, "platform")]),
    ];
    const { limiter } = app.services;
    for (const window of windows)
      await limiter.take([window], (await limiter.take([window], 0)).buckets[0]?.remaining ?? 0);
    const answer = await app.request(operations[id].method, pathOf(id), {
      ...(!security.public && { key: world[session] }),
      headers,
    });
    expect(answer).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  });
});
