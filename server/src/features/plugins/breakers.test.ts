import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startProcess } from "../../../test-kit/process.ts";
import type { PluginReport } from "../../platform/plugins/index.ts";
import { createBreakerBoard } from "./breaker-board.ts";

/** How a plugin is doing is asked in an API process and found out in workers. */
describe("breakers of all processes", () => {
  let app: TestApp;
  let account: TestAccount;
  let admin: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    [account, admin] = [await app.signUp(), await app.signUp({ admin: true })];
  });
  afterAll(() => app?.close());

  const told = async () => {
    const { plugins } = await app.client(admin.sessionToken).admin.getPlatformStatus();
    const { data } = await account.test.plugins.list();
    const ofAdmin = plugins.filter(({ id }) => id === "minimax").map(({ mode, breaker }) => `${mode} ${breaker}`);
    return [...ofAdmin.toSorted(), data.find(({ id }) => id === "minimax")?.breaker];
  };
  const rows = (sql: string) => app.services.db.asSystem("look in a test", (tx) => tx.query(sql));

  test("a provider that fails in a worker's hands is told of by the API, until nobody says so any more", async () => {
    expect(await told()).toEqual(["live closed", "test closed", "closed"]);
    app.simulator.fail({ fault: "server_error" });
    await using stack = new AsyncDisposableStack();
    const worker = await startProcess("worker", app.env);
    stack.defer(() => worker.kill9());
    const ask = () =>
      account.test.generations.create({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 });
    for (let batch = 0; batch < 3; batch += 1) await Promise.all(Array.from({ length: 10 }, ask));
    await expect.poll(told, { timeout: 60_000 }).toEqual(["live closed", "test open", "open"]);
    expect((await account.live.plugins.list()).data.find(({ id }) => id === "minimax")?.breaker).toBe("closed");

    await worker.kill9();
    await rows("update plugin_breakers set seen_at = seen_at - interval '31 seconds'");
    expect(await told()).toEqual(["live closed", "test closed", "closed"]);
  }, 90_000);

  test("the worst of all processes counts, a breaker that closes is taken back, and while all are closed nothing is written", async () => {
    const { db } = app.services;
    await rows("delete from plugin_breakers");
    const process = () => {
      const report: Pick<PluginReport, "id" | "breaker"> = { id: "minimax", breaker: "closed" };
      return { report, board: createBreakerBoard({ db, plugins: { report: () => [report as PluginReport] } }) };
    };
    const [one, two, third] = [process(), process(), process()];
    const seenByThird = async () => (await third.board.look())(third.report, "test");
    await Promise.all([one.board.post(), two.board.post()]);
    expect(await rows("select 1 from plugin_breakers")).toEqual([]);

    one.report.breaker = "half_open";
    await one.board.post();
    expect(await seenByThird()).toBe("half_open");
    two.report.breaker = "open";
    await Promise.all([two.board.post(), two.board.post()]);
    await one.board.post();
    expect(await seenByThird()).toBe("open");
    expect(
      (await two.board.look())({ id: "minimax", breaker: "closed" }, "test"),
      "its own state is what it says now",
    ).toBe("half_open");
    expect((await one.board.look())({ id: "another", breaker: "closed" }, "test")).toBe("closed");

    two.report.breaker = "closed";
    await two.board.post();
    expect(await seenByThird()).toBe("half_open");
    one.report.breaker = "closed";
    await one.board.post();
    expect(await seenByThird()).toBe("closed");
    expect(await rows("select 1 from plugin_breakers")).toEqual([]);
  });
});
