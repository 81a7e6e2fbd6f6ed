import { createHmac } from "node:crypto";
import type { World } from "./world.ts";

/** Pauses before each further try, in ms; after the last one Stripe gives up. */
const PAUSES_MS = [500, 2_000, 10_000, 60_000, 600_000, 3_600_000];
/** What another process left behind is found by the next look. */
const LOOK_MS = 5_000;
/** Whoever sends one and dies leaves it to the next after this long. */
const CLAIM_MS = 60_000;
const TIMEOUT_MS = 20_000;
const BATCH = 64;
const WAITING_MAX = 500;

interface DeliveriesDeps {
  world: World;
  /** Of the signed time; the pauses run by the real one. */
  now: () => Date;
  secret: string | null;
  hooksUrl: () => string | null;
}

export interface Deliveries {
  /** Something may be due. */
  wake(): void;
  /** Sends what was held back; `order` sets in which order, `times` how often each. */
  release(how: { order: ReleaseOrder; times: number }): Promise<number>;
  close(): Promise<void>;
}
export type ReleaseOrder = "sent" | "reversed" | "shuffled";

/** Sends webhooks as Stripe does: signed, again after anything but a 2xx; those of one customer one at a time. */
export function createDeliveries({ world, now, secret, hooksUrl }: DeliveriesDeps): Deliveries {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  const stop = new AbortController();

  const wake = (): void => {
    if (stop.signal.aborted || secret === null || hooksUrl() === null) return;
    again = true;
    running ??= work()
      .catch(() => schedule(CLAIM_MS))
      .finally(() => {
        running = null;
        if (again) wake();
      });
  };

  async function work(): Promise<void> {
    again = false;
    // Also when told to stop: what was claimed has to be given back.
    for (let batch = await claim(); batch.length > 0; batch = stop.signal.aborted ? [] : await claim()) {
      const delivered = new Set<string>();
      const ofCustomers = Map.groupBy(batch, ({ customer }) => customer);
      await Promise.all(
        [...ofCustomers.values()].map(async (ofOne) => {
          for (const { id, body } of ofOne) if (!stop.signal.aborted && (await send(body))) delivered.add(id);
        }),
      );
      await settle(
        batch.map(({ id }) => id),
        delivered,
      );
    }
  }

  /** The oldest that are due, kept from other processes while they are sent. */
  const claim = () =>
    world.write(async (change) => {
      const waiting = await change.list("delivery", { owner: "due", oldestFirst: true, limit: WAITING_MAX });
      const at = Date.now();
      const due = waiting.filter((one) => (one.due_at ?? Infinity) <= at).slice(0, BATCH);
      const next = Math.min(...waiting.map((one) => one.due_at ?? Infinity));
      if (due.length === 0 && Number.isFinite(next)) schedule(next - at);
      return Promise.all(
        due.map(async (one) => {
          await change.put("delivery", { ...one, attempts: one.attempts + 1, due_at: at + CLAIM_MS }, "due");
          const event = await change.get("event", one.event);
          const { customer } = event.data.object;
          return {
            id: one.id,
            customer: typeof customer === "string" ? customer : "",
            body: JSON.stringify(event, null, 2),
          };
        }),
      );
    });

  /** What was cut off by our own end was not tried: another process may do it at once. */
  const settle = (ids: readonly string[], delivered: ReadonlySet<string>) =>
    world.write(async (change) => {
      for (const id of ids) {
        const delivery = await change.find("delivery", id);
        if (!delivery) continue;
        const { attempts } = delivery;
        const pause = PAUSES_MS[attempts - 1];
        if (delivered.has(id) || pause === undefined) await change.remove(id);
        else if (stop.signal.aborted)
          await change.put("delivery", { ...delivery, attempts: attempts - 1, due_at: 0 }, "due");
        else await change.put("delivery", { ...delivery, due_at: Date.now() + pause }, "due");
      }
    });

  async function send(body: string): Promise<boolean> {
    const seconds = Math.floor(now().getTime() / 1000);
    const signature = createHmac("sha256", secret ?? "")
      .update(`${seconds}.${body}`)
      .digest("hex");
    try {
      const response = await fetch(hooksUrl() ?? "", {
        method: "POST",
        headers: {
          "Content-Type": "application/json; charset=utf-8",
          "Stripe-Signature": `t=${seconds},v1=${signature}`,
          "User-Agent": "Stripe/1.0 (simulated)",
        },
        body,
        redirect: "manual",
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(wake, Math.max(10, ms));
    timer.unref();
  }

  const look = setInterval(() => {
    if (running || secret === null || hooksUrl() === null) return;
    world
      .read((of) => of.list("delivery", { owner: "due", limit: 1 }))
      .then(
        ({ length }) => length > 0 && wake(),
        () => undefined,
      );
  }, LOOK_MS);
  look.unref();

  return {
    wake,
    async release({ order, times }) {
      const count = await world.write(async (change) => {
        const held = await change.list("delivery", { owner: "held" });
        const ordered =
          order === "reversed" ? held : order === "sent" ? held.toReversed() : held.toSorted(() => Math.random() - 0.5);
        for (const { id } of held) await change.remove(id);
        for (let time = 0; time < times; time += 1) {
          for (const { event } of ordered) {
            const id = change.id("whd");
            await change.put("delivery", { id, event, attempts: 0, due_at: 0 }, "due");
          }
        }
        return held.length * times;
      });
      wake();
      return count;
    },
    async close() {
      stop.abort();
      clearTimeout(timer);
      clearInterval(look);
      await running;
    },
  };
}
