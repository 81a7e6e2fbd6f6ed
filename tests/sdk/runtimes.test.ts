import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findRuntimes } from "../../sdk-js/test/runtime-binaries.ts";
import { installPacked, type PackedProject } from "../../sdk-js/test/packed-project.ts";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";
import { chromiumBinary } from "../../server/test-kit/chromium.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";
import { runInChromium, startPage, type PageServer } from "./runtimes/browser.ts";
import { runInWorkerd } from "./runtimes/workerd.ts";

/** The package is the same on either backend of the server, and starting browsers costs time. */
const again = process.env["MUSICVERSE_TEST_BACKEND"] === "postgres";
const { found, missing } = again
  ? { found: [], missing: [] }
  : await findRuntimes(["Node 20", "Node 22", "Deno", "Bun", "workerd"]);
const chromium = again ? null : chromiumBinary();
const programs = found.flatMap(({ name, program }) => {
  if (name === "workerd") return [];
  if (name === "Deno")
    return [{ name, program, args: ["run", "--allow-net", "--allow-env", "--allow-read", "esm.mjs"] }];
  return ["esm.mjs", "cjs.cjs"].map((file) => ({ name: `${name}, ${file}`, program, args: [file] }));
});

describe.skipIf(again)("the packed SDK against a running MusicVerse", () => {
  let app: TestApp;
  let packed: PackedProject;
  let page: PageServer;
  let receiver: Receiver;
  let webhook: { body: string; headers: Record<string, string>; secret: string };
  beforeAll(async () => {
    packed = installPacked();
    cpSync(join(import.meta.dirname, "runtimes"), packed.folder, { recursive: true });
    page = await startPage(packed.folder);
    app = await startTestApp({ env: { CORS_ORIGINS: page.origin } });
    receiver = await startReceiver();
    webhook = await receiveOne(app, receiver);
  }, 180_000);
  afterAll(async () => {
    await receiver?.close();
    await app?.close();
    await page?.close();
    packed?.remove();
  });

  /** Each program has an account of its own, so that all can run at once. */
  const input = async () => ({ apiKey: (await app.signUp({ tier: "enterprise" })).testKey, baseUrl: app.url, webhook });
  const expectSeen = (output: unknown) => {
    const { bytes, ...rest } = output as { bytes: number };
    expect(bytes).toBeGreaterThan(100_000);
    expect(rest).toEqual({
      last: "completed",
      same: true,
      sizes: [bytes, bytes],
      titles: ["From a stream", "From a file"],
      pages: 3,
      errors: [
        ["NotFoundError", "not_found", 404, true],
        ["BadRequestError", "validation_failed", 400, true],
      ],
      aborted: "enough",
      event: "webhook.test",
      forged: "signature_mismatch",
    });
  };

  test.concurrent.each(programs)(
    "$name",
    async ({ program, args }) => {
      const { stdout } = await promisify(execFile)(program, [...args, JSON.stringify(await input())], {
        cwd: packed.folder,
        timeout: 60_000,
      });
      expectSeen(JSON.parse(stdout));
    },
    90_000,
  );

  test("every runtime to try it on could be had", ({ skip }) => {
    if (missing.length > 0) skip(missing.map(({ name, reason }) => `${name}: ${reason}`).join("; "));
    expect(missing).toEqual([]);
  });

  const workerd = found.find(({ name }) => name === "workerd");
  test.runIf(workerd)(
    "workerd",
    async () => {
      expectSeen(await runInWorkerd(workerd?.program ?? "", packed.folder, await input()));
    },
    90_000,
  );

  test.skipIf(!chromium)(
    "a page in Chromium",
    async () => {
      expectSeen(await runInChromium(chromium ?? "", page, await input()));
    },
    90_000,
  );
});

/** A webhook that the platform really sent. */
async function receiveOne(
  app: TestApp,
  receiver: Receiver,
): Promise<{ body: string; headers: Record<string, string>; secret: string }> {
  const { test: client } = await app.signUp();
  const { id, secret } = await client.webhooks.create({ url: receiver.url });
  await client.webhooks.test(id);
  const { body, headers } = await receiver.next(({ event }) => event.type === "webhook.test");
  return { body, headers, secret };
}
