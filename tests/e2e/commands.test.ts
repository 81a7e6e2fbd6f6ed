import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseBuffer } from "music-metadata";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { startPostgres } from "../../server/src/dev/postgres.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a newcomer types: `npm start` and `npm run demo`. */
describe("the commands", () => {
  const directory = mkdtempSync(join(tmpdir(), "musicverse-commands-"));
  const env = { MUSICVERSE_STATE_DIR: join(directory, "state"), PORT: "0" };
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const started: { child: ChildProcess; ended: Promise<unknown> }[] = [];
  /** A test that failed half-way leaves nothing running that would fail the next one. */
  afterEach(async () => {
    for (const { child, ended } of started.splice(0)) {
      child.kill("SIGTERM");
      await ended;
    }
  }, 60_000);

  function run(script: string[], more: Record<string, string> = {}) {
    const child = spawn(process.execPath, ["--conditions=musicverse-source", ...script], {
      cwd: root,
      env: { PATH: process.env["PATH"], ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      child.once("close", (code) => resolve({ code, stdout, stderr }));
    });
    started.push({ child, ended });
    return { child, ended, output: () => stdout + stderr };
  }
  async function start(more: Record<string, string> = {}) {
    const dev = run(["server/src/main.ts", "dev"], more);
    const exited = dev.ended.then(({ stdout, stderr }) => {
      throw new Error(`npm start ended:\n${stdout}${stderr}`);
    });
    exited.catch(() => undefined); // Later it ends because the test says so.
    await Promise.race([exited, expect.poll(dev.output, { timeout: 40_000 }).toMatch(/Ctrl-C stops/)]);
    const [, url = ""] = /running at (http:\S+)/.exec(dev.output()) ?? [];
    const [, key = ""] = /Sandbox key:\s+(amv_test_\w+)/.exec(dev.output()) ?? [];
    const stop = async () => {
      dev.child.kill("SIGINT");
      return (await dev.ended).code;
    };
    return { url, key, stop };
  }
  const ask = (url: string, key: string, path: string) =>
    fetch(url + path, { headers: { Authorization: `Bearer ${key}` } });

  test("the demo starts a platform when none runs, does the main job, and leaves a playable song and nothing running", async () => {
    const out = join(directory, "song.wav");
    const demo = run([
      "tools/demo/demo.ts",
      "--seconds",
      "6",
      "--prompt",
      "Slow waltz prompt-canary",
      "--out",
      out,
      "--json",
    ]);
    const { code, stdout, stderr } = await demo.ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      signature_verified: true,
      file: out,
      generation_id: expect.stringMatching(/^gen_/),
      event_id: expect.stringMatching(/^evt_/),
    });
    const { format } = await parseBuffer(readFileSync(out), { mimeType: "audio/wav" });
    expect(format).toMatchObject({ container: "WAVE", sampleRate: 44_100, numberOfChannels: 2 });
    expect(Math.abs((format.duration ?? 0) - 6)).toBeLessThan(1);
    expect(existsSync(join(env.MUSICVERSE_STATE_DIR, "running.json"))).toBe(false);
  }, 60_000);

  test("a second start keeps key and data; Ctrl-C stops everything cleanly; the demo uses what runs", async () => {
    const first = await start();
    const before = (await (await ask(first.url, first.key, "/v1/tracks")).json()) as { data: { id: string }[] };
    expect(before.data).toHaveLength(1);
    const demo = run(["tools/demo/demo.ts", "--seconds", "5", "--out", join(directory, "second.wav")]);
    const { code, stdout, stderr } = await demo.ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("signature verified");
    expect(stderr).not.toContain("starting one");
    expect(await first.stop()).toBe(0);
    await expect(fetch(`${first.url}/healthz`)).rejects.toThrow(/fetch failed/);

    const second = await start();
    expect(second.key).toBe(first.key);
    const after = (await (await ask(second.url, second.key, "/v1/tracks")).json()) as { data: { id: string }[] };
    expect(after.data).toHaveLength(2);
    expect(after.data.map(({ id }) => id)).toContain(before.data[0]?.id);
    expect(await second.stop()).toBe(0);
  }, 90_000);

  test("a taken port is named, and nothing is left behind", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const { code, stderr } = await run(["server/src/main.ts", "dev"], { PORT: port }).ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`),
    });
    other.close();
  }, 60_000);

  test("DATABASE_URL replaces the embedded database", async () => {
    const postgres = await startPostgres({ directory: join(directory, "own-postgres") });
    try {
      const dev = await start({
        DATABASE_URL: postgres.adminUrl,
        MUSICVERSE_STATE_DIR: join(directory, "other-state"),
      });
      expect((await ask(dev.url, dev.key, "/v1/profile")).status).toBe(200);
      expect(existsSync(join(directory, "other-state", "postgres"))).toBe(false);
      expect(await dev.stop()).toBe(0);
    } finally {
      await postgres.stop();
    }
  }, 60_000);

  test.for<[options: string[], reason: string]>([
    [["--seconds", "900"], "--seconds takes a whole number from 5 to 240"],
    [["--lyrics", "/no/such/file.txt"], "There is no file /no/such/file.txt"],
    [["--url", "http://127.0.0.1:1", "--key", "nonsense"], "demo failed"],
    [["--url", "http://127.0.0.1:1"], "belong together"],
  ])("the demo with %j ends with code 1 and a plain reason", { timeout: 60_000 }, async ([options, reason]) => {
    const { code, stderr } = await run(["tools/demo/demo.ts", ...options, "--out", join(directory, "never.wav")]).ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(reason) });
    expect(existsSync(join(directory, "never.wav"))).toBe(false);
  });
});
