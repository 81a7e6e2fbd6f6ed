import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { ListMultipartUploadsCommand, ListObjectsV2Command, ListPartsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { wavOf } from "../../../test-kit/audio.ts";
import { startS3Server } from "../../../test-kit/s3-server.ts";
import { systemClock } from "../clock/index.ts";
import { BlobTooLargeError } from "./blob-storage.ts";
import { blobStorageSuite } from "./blob-storage.suite.ts";
import { openStorage } from "./open-storage.ts";
import { openS3 } from "./s3.ts";
import type { S3Options } from "./s3.ts";

const server = await startS3Server();
afterAll(() => server?.stop());

const bucket = "musicverse-audio";
/** This server tells of every upload that it began then. */
const begun = Date.parse("2010-11-10T20:48:33.000Z");
const hoursAfter = (hours: number) => ({ now: () => new Date(begun + hours * 3_600_000) });
let stores = 0;
const optionsFor = (more: Partial<S3Options> = {}): S3Options => {
  stores += 1;
  const { endpoint = "", accessKeyId = "", secretAccessKey = "" } = server ?? {};
  return {
    bucket,
    endpoint,
    region: "us-east-1",
    accessKeyId,
    secretAccessKey,
    pathStyle: true,
    prefix: `store-${stores}/`,
    clock: systemClock,
    ...more,
  };
};

/** An HTTP server that is no store, and how often it was asked. */
async function startImpostor(answer: RequestListener) {
  let asked = 0;
  const impostor = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(impostor, "listening");
  return {
    endpoint: `http://127.0.0.1:${(impostor.address() as AddressInfo).port}`,
    asked: () => asked,
    close: async () => {
      impostor.closeAllConnections();
      await new Promise((resolve) => impostor.close(resolve));
    },
  };
}

describe.skipIf(server === null)("a bucket of an S3-compatible store", () => {
  beforeAll(() => server?.createBucket(bucket));

  const uploads = async ({ prefix }: S3Options) =>
    (await server?.client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix })))?.Uploads ?? [];
  const objects = async (prefix: string) =>
    (await server?.client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix })))?.Contents ?? [];

  blobStorageSuite("an S3 bucket", () => openS3(optionsFor()));

  test("a value of many parts comes back byte for byte, whole and in ranges across parts", async () => {
    const storage = await openS3(optionsFor());
    const chunks = Array.from({ length: 21 }, () => randomBytes(1_000_003));
    const all = Buffer.concat(chunks);
    const stored = await storage.put("a/b", Readable.from(chunks), { maxBytes: all.length });
    expect(stored).toEqual({ bytes: all.length, sha256: createHash("sha256").update(all).digest("hex") });
    expect((await buffer(await storage.get("a/b"))).equals(all)).toBe(true);
    const part = 8 * 1024 * 1024;
    expect(
      (await buffer(await storage.get("a/b", { start: part - 5, end: part + 4 }))).equals(
        all.subarray(part - 5, part + 5),
      ),
    ).toBe(true);
  });

  test.each([
    ["its source fails", new Error("connection lost"), undefined],
    ["it is too large", BlobTooLargeError, 20_000_000],
  ])("a large value leaves nothing and lets its source go when %s in the third part", async (_why, error, maxBytes) => {
    const options = optionsFor();
    const storage = await openS3(options);
    let letGo = false;
    const source = Readable.from(
      (async function* () {
        try {
          for (let sent = 0; sent < 30; sent += 1) yield Buffer.alloc(1_000_000);
          throw new Error("connection lost");
        } finally {
          letGo = true;
        }
      })(),
    );
    await expect(storage.put("a/b", source, { maxBytes })).rejects.toThrow(error);
    expect(await storage.stat("a/b")).toBeNull();
    expect([await uploads(options), letGo]).toEqual([[], true]);
  });

  test("kill -9 in the middle of an upload leaves nothing to read; its parts are removed a day later, and no others", async () => {
    const options = optionsFor();
    const { clock: _clock, ...plain } = options;
    const child = spawn(
      process.execPath,
      [
        "--conditions=musicverse-source",
        fileURLToPath(import.meta.resolve("./stalled-put.fixture.ts")),
        JSON.stringify({ ...plain, key: "a/b", bytes: 20_000_000 }),
      ],
      { stdio: "inherit" },
    );
    await vi.waitFor(
      async () => {
        const [upload] = await uploads(options);
        const parts = await server?.client.send(
          new ListPartsCommand({ Bucket: bucket, Key: upload?.Key, UploadId: upload?.UploadId }),
        );
        expect(parts?.Parts?.length).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 100 },
    );
    child.kill("SIGKILL");
    await once(child, "exit");

    const storage = await openS3({ ...options, clock: hoursAfter(23) });
    expect(await storage.stat("a/b")).toBeNull();
    await storage.removeUnfinished();
    await (await openS3({ ...options, prefix: "store-of-others/", clock: hoursAfter(25) })).removeUnfinished();
    expect(await uploads(options)).toHaveLength(1);
    await (await openS3({ ...options, clock: hoursAfter(25) })).removeUnfinished();
    expect(await uploads(options)).toEqual([]);
    expect(await storage.stat("a/b")).toBeNull();
  });

  test.each([
    ["a wrong secret", { secretAccessKey: "secret-canary" }, "STORAGE_S3_SECRET_ACCESS_KEY"],
    ["an unknown access key", { accessKeyId: "AKIAUNKNOWN" }, "STORAGE_S3_ACCESS_KEY_ID"],
    ["a bucket that is not there", { bucket: "another-bucket" }, "STORAGE_S3_BUCKET"],
    ["an endpoint where nothing listens", { endpoint: "http://127.0.0.1:9" }, "STORAGE_S3_ENDPOINT"],
  ])("%s is found when the server starts, and the setting is named", async (_what, wrong, setting) => {
    const opened = openS3(optionsFor(wrong)).then(() => "opened", String);
    expect(await opened).toContain(setting);
    expect(await opened).not.toContain("secret-canary");
  });

  describe("under the whole platform", () => {
    const prefix = "platform/";
    let app: TestApp;
    let account: TestAccount;
    beforeAll(async () => {
      app = await startTestApp({
        env: {
          STORAGE_S3_BUCKET: bucket,
          STORAGE_S3_ENDPOINT: server?.endpoint ?? "",
          STORAGE_S3_ACCESS_KEY_ID: server?.accessKeyId ?? "",
          STORAGE_S3_SECRET_ACCESS_KEY: server?.secretAccessKey ?? "",
          STORAGE_S3_PATH_STYLE: "true",
          STORAGE_S3_PREFIX: prefix,
        },
      });
      account = await app.signUp({ tier: "enterprise" });
    });
    afterAll(() => app?.close());

    test("uploads, generations, ranges, refusals and deletions are as on the local disk, and nothing stays", async () => {
      const { tracks, generations } = account.test;
      const file = wavOf({ seconds: 60 });
      const track = await tracks.upload({ file, title: "Long" });
      expect(track.bytes).toBeGreaterThan(8 * 1024 * 1024);
      const whole = Buffer.from(await (await tracks.downloadAudio(track.id)).arrayBuffer());
      expect(createHash("sha256").update(whole).digest("hex")).toBe(track.sha256);
      const part = await tracks.downloadAudio(track.id, { range: { start: 100, end: 199 } });
      expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(100, 200))).toBe(true);
      await expect(tracks.upload({ file: Buffer.from("no audio at all") })).rejects.toMatchObject({ status: 400 });

      const generation = await generations.create({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 });
      const made = await generations.wait(generation.id);
      const song = await tracks.get(made.track_id ?? "");
      expect((await (await tracks.downloadAudio(song.id)).arrayBuffer()).byteLength).toBe(song.bytes);
      await vi.waitFor(async () => expect((await tracks.get(track.id)).loudness_lufs).not.toBeNull(), {
        timeout: 20_000,
      });
      expect(await objects(prefix)).toHaveLength(2);
      expect(await app.storedBlobs()).toEqual([]);

      for (const { id } of [track, song]) await tracks.delete(id);
      await vi.waitFor(async () => expect(await objects(prefix)).toEqual([]), { timeout: 10_000 });
      expect(await uploads(optionsFor({ prefix }))).toEqual([]);
      const { body } = await app.request("get", "/v1/health");
      expect(body["checks"]).toContainEqual(expect.objectContaining({ name: "storage", status: "ok" }));
      expect(app.logged()).not.toContain(server?.secretAccessKey);
    });
  });
});

describe("a store that does not behave", () => {
  const impostorOptions = (endpoint: string): S3Options => ({
    ...optionsFor({ endpoint, accessKeyId: "key", secretAccessKey: "secret" }),
    timeouts: { connectMs: 500, answerMs: 300, stallMs: 300 },
  });

  test("cannot send the server anywhere else", async () => {
    const elsewhere = await startImpostor((_request, response) => void response.end());
    const redirecting = await startImpostor((_request, response) => {
      response
        .writeHead(301, { location: `${elsewhere.endpoint}/${bucket}`, "x-amz-bucket-region": "eu-central-1" })
        .end();
    });
    await expect(openS3(impostorOptions(redirecting.endpoint))).rejects.toThrow("STORAGE_S3_REGION");
    expect(elsewhere.asked()).toBe(0);
    expect(redirecting.asked()).toBeGreaterThan(0);
    await Promise.all([elsewhere.close(), redirecting.close()]);
  });

  test("and never answers is given up after three tries", async () => {
    const silent = await startImpostor(() => {});
    await expect(openS3(impostorOptions(silent.endpoint))).rejects.toThrow("STORAGE_S3_ENDPOINT");
    expect(silent.asked()).toBe(3);
    await silent.close();
  });

  test("and is busy for a moment is asked again", async () => {
    let busy = 2;
    const store = await startImpostor((_request, response) => {
      busy -= 1;
      response.writeHead(busy >= 0 ? 503 : 200).end();
    });
    await (await openS3(impostorOptions(store.endpoint))).close();
    expect(store.asked()).toBe(3);
    await store.close();
  });

  test("and refuses a value lets the rest of its source go", async () => {
    const store = await startImpostor((request, response) => {
      request.resume();
      response.writeHead(request.method === "HEAD" ? 200 : 403).end();
    });
    const storage = await openS3(impostorOptions(store.endpoint));
    const source = Readable.from(Array.from({ length: 30 }, () => Buffer.alloc(1_000_000)));
    await expect(storage.put("a/b", source)).rejects.toThrow("answered 403");
    expect(source.destroyed).toBe(true);
    await store.close();
  });

  test("and stops in the middle of a value ends the reader's stream with an error", async () => {
    const store = await startImpostor((request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      if (request.method === "HEAD") return void response.end();
      response.write(Buffer.alloc(10));
    });
    const storage = await openS3(impostorOptions(store.endpoint));
    await expect(buffer(await storage.get("stalled"))).rejects.toThrow("sent nothing for 300 ms");
    await store.close();
  });
});

test("a bucket without its credentials is a configuration that is refused", async () => {
  const config = {
    storageDir: "",
    storageS3Bucket: bucket,
    storageS3Endpoint: null,
    storageS3Region: "us-east-1",
    storageS3AccessKeyId: "",
    storageS3SecretAccessKey: "",
    storageS3PathStyle: false,
    storageS3Prefix: "",
  };
  await expect(openStorage(config, systemClock)).rejects.toThrow(
    "STORAGE_S3_ACCESS_KEY_ID and STORAGE_S3_SECRET_ACCESS_KEY",
  );
});
