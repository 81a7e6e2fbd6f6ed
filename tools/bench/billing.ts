import { MusicVerse } from "@musicverse/sdk";
import { openBenchPlatform } from "./platform.ts";
import { median, row, type BenchRow } from "./row.ts";

const PEOPLE = 40;
const AT_ONCE = 8;
const POLL_MS = 5;
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
  const readable = await inTurns(wanted, async ({ client, page }) => (await timed(() => bought(client, page))).ms);
  return [
    row("the first checkout session of a deployment (it makes the prices)", cold, "ms", { atMost: 2_000 }),
    row(`checkout session, ${AT_ONCE} at once, median`, median(checkouts), "ms"),
    row("… the slowest", Math.max(...checkouts), "ms", { atMost: 2_000 }),
    row(`paid until the entitlement is readable, ${AT_ONCE} at once, median`, median(readable), "ms"),
    row("… the slowest", Math.max(...readable), "ms", { atMost: 1_000 }),
  ];
}

async function sandboxOf(url: string, index: number): Promise<MusicVerse> {
  const visitor = new MusicVerse({ baseUrl: url, defaultHeaders: { "X-Forwarded-For": `198.51.100.${index}` } });
  const { session } = await visitor.accounts.signUp({ email: `bench-${index}@example.com`, password: "a long benchmark password", name: "Bench" });
  const { key } = await new MusicVerse({ apiKey: session.token, baseUrl: url }).apiKeys.create({ name: "bench" }, { mode: "test" });
  return new MusicVerse({ apiKey: key, baseUrl: url });
}

/** Presses the button of the page that belongs to this client, and asks until the plan is there. */
async function bought(client: MusicVerse, page: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const paid = await fetch(page, { method: "POST", body: new URLSearchParams({ decision: "pay" }), redirect: "manual" });
  if (paid.status !== 303) throw new Error(`the payment page answered ${paid.status}`);
  while ((await client.entitlements.list()).plan !== "pro") {
    if (performance.now() > until) throw new Error(`no entitlement ${PATIENCE_MS} ms after the payment`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Each of them once, `AT_ONCE` at a time. */
async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<number>): Promise<number[]> {
  const left = [...all];
  const times: number[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) times.push(await work(one));
  }));
  return times;
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const started = performance.now();
  const value = await work();
  return { ms: performance.now() - started, value };
}

if (import.meta.main) console.table(await benchBilling());
