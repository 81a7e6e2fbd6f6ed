import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { sourceFiles } from "../../tests/architecture/sources.ts";
import { tableOwners } from "../../tests/architecture/table-owners.ts";
import { startTestApp, type TestApp } from "../test-kit/app.ts";
import type { Chore, WorkKind } from "./platform/work/index.ts";
import type { Slice, Together } from "./slice.ts";
import { createSlices, together } from "./slices.ts";
import { startWorker } from "./worker.ts";

const started = vi.hoisted(() => ({
  kinds: new Array<string>(),
  queues: new Array<string>(),
  chores: new Array<string>(),
}));
vi.mock("./platform/work/index.ts", async (original) => ({
  ...(await original<object>()),
  startMaintenance: (_log: unknown, chores: readonly Chore[]) => {
    started.chores.push(...chores.map(({ name }) => name));
    return { stop: async () => {} };
  },
}));

let app: TestApp;
let slices: Slice[];
/** The same with their names, as folders have them. */
let named: [folder: string, slice: Slice][];
let all: Together;
beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { MAIL_OUTBOX: "true" } });
  const made = createSlices(app.services, app.shared);
  [slices, all] = [Object.values<Slice>(made), together(made)];
  named = Object.entries(made).map(([name, slice]) => [name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`), slice]);
});
afterAll(() => app.close());
beforeEach(() => void Object.values(started).forEach((names) => names.splice(0)));

/** A worker whose engine notes what it is given, and does none of it. */
async function startNoting(onlyPlugins?: string[]): Promise<void> {
  const start = (kinds: readonly WorkKind<unknown>[]) => {
    started.kinds.push(...kinds.map(({ name }) => name));
    started.queues.push(...kinds.map(({ queue }) => queue));
  };
  const work = { ...app.services.work, start, close: async () => {} };
  const worker = await startWorker({ ...app.services, work }, app.shared, { onlyPlugins });
  await worker.close();
}

test("a worker starts every kind of work and every chore of every slice", async () => {
  await startNoting();
  const kinds = slices.flatMap(({ work = [] }) => work.map(({ name }) => name));
  const chores = slices.flatMap((slice) => [...(slice.everywhere ?? []), ...(slice.chores ?? [])]);
  expect(started.kinds).toEqual(kinds);
  expect(started.queues).toEqual(kinds);
  expect(started.chores.toSorted()).toEqual(chores.map(({ name }) => name).toSorted());
});

test("no kind of work and no chore has gone", () => {
  expect(all.kinds.toSorted()).toEqual([
    "account-erasure",
    "api-key-exposure",
    "api-key-rotation-reminder",
    "billing-sync",
    "blob-deletion",
    "generation-minimax-live-bulk",
    "generation-minimax-live-interactive",
    "generation-minimax-test-bulk",
    "generation-minimax-test-interactive",
    "incoming-event",
    "mail",
    "password-reset",
    "track-analysis",
    "webhook-drain",
    "webhook-replay",
  ]);
  const chores = slices.flatMap((slice) => [...(slice.everywhere ?? []), ...(slice.chores ?? [])]);
  expect(chores.map(({ name }) => name).toSorted()).toMatchInlineSnapshot(`
    [
      "compare customers with the payment provider",
      "end entitlements",
      "end generations of plugins that are gone",
      "forget ended replays and deleted webhooks",
      "forget ended sessions and links",
      "forget expired OAuth rows",
      "forget idempotency keys",
      "forget incoming events",
      "forget mails",
      "forget sign-ins",
      "forget webhook figures",
      "judge webhook endpoints that only fail",
      "keep the event log",
      "keep usage",
      "post breakers",
      "remove unfinished uploads",
      "roll up costs",
      "roll up usage",
      "watch costs",
    ]
  `);
});

test("a worker of one plugin does its work alone, and says how its provider is", async () => {
  await startNoting(["minimax"]);
  expect(started.kinds.length).toBeGreaterThan(0);
  expect(started.kinds.filter((name) => !name.startsWith("generation-minimax-"))).toEqual([]);
  expect(started.chores).toEqual(["post breakers"]);
});

test("the platform's status lists the queue of every kind of work", async () => {
  const admin = await app.signUp({ admin: true });
  const { queues } = await app.client(admin.sessionToken).admin.getPlatformStatus();
  expect(queues.map(({ name }) => name)).toEqual(all.kinds);
});

test("who gives out credentials, or data to elsewhere, ends them with the account and when its address was never proven", () => {
  expect(all.credentials.filter(({ end }) => end)).toHaveLength(3);
  expect(all.credentials.filter(({ endUnproven }) => endUnproven)).toHaveLength(4);
});

test("a slice says of its own tables, and of no others, what is exported and what it erases itself", () => {
  const owners = tableOwners(
    sourceFiles("server/migrations/2*.ts"),
    named.map(([folder]) => folder),
  );
  const others = named.flatMap(([folder, { exports, erase }]) =>
    [
      ...(exports?.tables ?? []).map(({ table }) => table),
      ...(exports?.files ?? []).map(({ table }) => table),
      ...Object.keys(exports?.leftOut ?? {}),
      ...(erase?.tables ?? []),
    ]
      .filter((table) => owners.get(table) !== folder)
      .map((table) => `${folder} speaks of ${table}, which is ${owners.get(table)}'s`),
  );
  expect(others).toEqual([]);
});
