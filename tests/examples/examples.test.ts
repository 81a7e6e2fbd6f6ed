import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startMailServer, type MailServer } from "../../server/test-kit/mail-server.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";
import { createWorld, worldOptions, type World } from "../world.ts";
import { languages, type Runner } from "./languages.ts";
import { prepare } from "./preparations.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));
const ids = Object.keys(operations) as OperationId[];
/** Refused here, each for its reason. */
const refused: Partial<Record<OperationId, { code: RegExp; why: string }>> = {
  receiveIncomingEvent: { code: /404/, why: "only the provider can sign what it sends" },
};

/** The committed examples against this change's server; of their text only the ids and secrets of objects are replaced. */
describe.each(await languages())(
  "the examples in $name do what they show",
  ({ name, fileOf, taskFile, command, env, start }) => {
    let app: TestApp;
    let receiver: Receiver;
    let mail: MailServer;
    let world: World;
    let runner: Runner;
    let folder: string;

    beforeAll(async () => {
      mkdirSync(cache, { recursive: true });
      // Below the repository's packages, so that imports resolve.
      folder = mkdtempSync(join(cache, `musicverse-examples-${name.toLowerCase()}-`));
      writeFileSync(join(folder, "demo-take-3.mp3"), wavOf({ seconds: 1 }));
      [receiver, mail] = await Promise.all([startReceiver(), startMailServer()]);
      app = await startTestApp({
        ...worldOptions,
        env: { ...worldOptions.env, SMTP_URL: mail.url },
        logName: "examples",
      });
      world = await createWorld(app, receiver.url);
      runner = start();
    });
    afterAll(async () => {
      await runner?.close();
      await app?.close();
      await Promise.all([receiver?.close(), mail?.close()]);
      rmSync(folder, { recursive: true, force: true });
    });

    test.each(ids)("%s", async (id) => {
      const { key, values } = await prepare(id, { app, world, mail, endpoint: receiver.url });
      let text = readFileSync(join(examples, fileOf(id)), "utf8");
      for (const [shown, real] of Object.entries(values)) {
        expect(text, "the example no longer shows what is to be replaced").toContain(shown);
        text = text.replaceAll(shown, real);
      }
      const file = join(folder, fileOf(id).split("/").at(-1) ?? "");
      writeFileSync(file, text);
      const error = await runner.run({ file, folder, env: { MUSICVERSE_BASE_URL: app.url, MUSICVERSE_API_KEY: key } });
      const { code, why } = refused[id] ?? {};
      if (code) expect(error, why).toMatch(code);
      else expect(error).toBeNull();
    });

    const runTask = (file: string) =>
      runner.run({
        file: join(examples, file),
        folder,
        env: { MUSICVERSE_BASE_URL: app.url, MUSICVERSE_API_KEY: world.key },
      });

    test.each(["generate-music", "write-reel", "follow-progress", "walk-pages", "upload-song", "handle-errors"])(
      "the task %s",
      async (task) => {
        expect(await runTask(taskFile(task))).toBeNull();
        if (task === "write-reel") expect(statSync(join(folder, "cover.jpg")).size).toBeGreaterThan(100_000);
        if (task === "generate-music") expect(statSync(join(folder, "song.wav")).size).toBeGreaterThan(1_000_000);
      },
    );

    test.runIf(name === "Python")("the task generate-music with asyncio", async () => {
      expect(await runTask(taskFile("generate-music-async"))).toBeNull();
      for (const file of ["lo-fi.wav", "blues.wav"])
        expect(statSync(join(folder, file)).size).toBeGreaterThan(1_000_000);
    });

    test("the task receive-webhooks: takes what the platform signed, refuses the rest", async () => {
      const { webhooks } = app.client(world.key);
      const webhook = await webhooks.create({ url: receiver.url });
      const port = await freePort();
      const [program, ...args] = command;
      const child = spawn(program, [...args, join(examples, taskFile("receive-webhooks"))], {
        env: { ...process.env, ...env, PORT: String(port), WEBHOOK_SECRET: webhook.secret },
        stdio: ["ignore", "ignore", "inherit"],
      });
      try {
        const url = `http://127.0.0.1:${port}/`;
        await expect
          .poll(() =>
            fetch(url, { method: "POST", body: "{}" }).then(
              ({ status }) => status,
              () => 0,
            ),
          )
          .toBe(400);
        await webhooks.update(webhook.id, { url });
        const { id } = await webhooks.test(webhook.id, { type: "generation.completed" });
        const delivered = async () =>
          (await webhooks.listDeliveries(webhook.id, { status: "succeeded" })).data.map(({ event_id }) => event_id);
        await expect.poll(delivered).toContain(id);
      } finally {
        child.kill();
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      }
    });

    test("no example is of an operation that is not there", () => {
      const found = readdirSync(join(examples, name.toLowerCase(), "operations"));
      expect(found.toSorted()).toEqual(ids.map((id) => fileOf(id).split("/").at(-1) ?? "").toSorted());
    });
  },
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
