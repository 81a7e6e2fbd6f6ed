import { MusicVerse } from "@musicverse/sdk";
import pg from "pg";
import { openBenchPlatform } from "./platform.ts";
import { median, row, type BenchRow } from "./row.ts";

const PEOPLE = 40;
const AT_ONCE = 8;
const BUYERS = 20;
const POLL_MS = 10;
/** A purchase that is not heard of by then never will be. */
const PATIENCE_MS = 20_000;
const urls = { success_url: "http://127.0.0.1/paid", cancel_url: "http://127.0.0.1/plans" };

/**
 * From the wish to the payment page, and from the payment (its webhooks are sent after it) to the entitlement that the API shows:
 * an API and a worker in processes of their own, Stripe simulated, people at once.
 */
export async function benchBilling(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  await using api = await platform.start("api", { TRUST_PROXY: "1" });
  await using _worker = await platform.start("worker");
  const clients = await Promise.all(Array.from({ length: PEOPLE }, (_, index) => sandboxOf(api.url, index)));
  const [first, ...rest] = clients;
  const wanted: { client: MusicVerse; page: string }[] = [];
  const checkout = async (client: MusicVerse): Promise<number> => {
    const { ms, value } = await timed(() => client.billing.createCheckoutSession({ item: "pro", ...urls }));
    wanted.push({ client, page: value.url });
    return ms;
  };
  const cold = first ? await checkout(first) : 0;
  const checkouts = await inTurns(rest, checkout);
  const admin = new pg.Client({ connectionString: platform.adminUrl });
  await admin.connect();
  const [sincePaid, sinceHeard]: [number[], number[]] = [[], []];
  for (const { client, page } of wanted.slice(0, BUYERS)) {
    const paidAt = new Date();
    await bought(client, page);
    const readableAt = Date.now();
    const {
      rows: [first],
    } = await admin.query<{ at: Date }>("select min(received_at) as at from incoming_events where received_at >= $1", [
      paidAt,
    ]);
    sincePaid.push(readableAt - paidAt.getTime());
    sinceHeard.push(readableAt - (first?.at ?? paidAt).getTime());
    // What follows a purchase at Stripe shall not meet the next one.
    await settled(admin);
  }
  await admin.end();
  return [
    row("the first checkout session of a deployment (it makes the prices)", cold, "ms", { atMost: 2_000 }),
    row(`checkout session, ${AT_ONCE} at once, median`, median(checkouts), "ms"),
    row("… the slowest", Math.max(...checkouts), "ms", { atMost: 2_000 }),
    row("paid until the entitlement is readable, one after the other, median", median(sincePaid), "ms"),
    row("first webhook received until the entitlement is readable, median", median(sinceHeard), "ms"),
    row("… the slowest", Math.max(...sinceHeard), "ms", { atMost: 1_000 }),
  ];
}

async function sandboxOf(url: string, index: number): Promise<MusicVerse> {
  const visitor = new MusicVerse({ baseUrl: url, defaultHeaders: { "X-Forwarded-For": `198.51.100.${index}` } });
  const { session } = await visitor.accounts.signUp({
    email: `bench-${index}@example.com`,
    password: "a long benchmark password",
    name: "Bench",
  });
  const { key } = await new MusicVerse({ apiKey: session.token, baseUrl: url }).apiKeys.create(
    { name: "bench" },
    { mode: "test" },
  );
  return new MusicVerse({ apiKey: key, baseUrl: url });
}

let people = 0;

/** Presses the button of the page that belongs to this client, and asks until the plan is there. */
async function bought(client: MusicVerse, page: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  // Of an address of its own, since an address may press a few buttons a minute only.
  const headers = { "X-Forwarded-For": `203.0.113.${(people += 1)}` };
  const paid = await fetch(page, {
    method: "POST",
    headers,
    body: new URLSearchParams({ decision: "pay" }),
    redirect: "manual",
  });
  if (paid.status !== 303) throw new Error(`the payment page answered ${paid.status}`);
  while ((await client.entitlements.list()).plan !== "pro") {
    if (performance.now() > until) throw new Error(`no entitlement ${PATIENCE_MS} ms after the payment`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Until all webhooks that were sent are processed. */
async function settled(admin: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await admin.query(
      "select 1 from incoming_events where status = 'pending' union all select 1 from simulator_objects where kind = 'delivery' and owner = 'due' limit 1",
    );
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Each of them once, `AT_ONCE` at a time. */
async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<number>): Promise<number[]> {
  const left = [...all];
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) times.push(await work(one));
    }),
  );
  return times;
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const started = performance.now();
  const value = await work();
  return { ms: performance.now() - started, value };
}

if (import.meta.main) console.table(await benchBilling());
