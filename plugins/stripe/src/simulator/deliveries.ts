import { createHmac } from "node:crypto";
import type { World } from "./world.ts";

/** Pauses before each further try, in ms; after the last one Stripe gives up. */
const PAUSES_MS = [500, 2_000, 10_000, 60_000, 600_000, 3_600_000];
/** What another process left behind is found by the next look. */
const LOOK_MS = 5_000;
/** Whoever sends one and dies leaves it to the next after this long. */
const CLAIM_MS = 60_000;
const TIMEOUT_MS = 20_000;

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

/** Sends webhooks as Stripe does: signed, one event at a time, again after anything but a 2xx. */
export function createDeliveries({ world, now, secret, hooksUrl }: DeliveriesDeps): Deliveries {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  const stop = new AbortController();

  const wake = (): void => {
    if (stop.signal.aborted || secret === null || hooksUrl() === null) return;
    again = true;
    running ??= work().catch(() => schedule(CLAIM_MS)).finally(() => {
      running = null;
      if (again) wake();
    });
  };

  async function work(): Promise<void> {
    again = false;
    for (;;) {
      const claimed = await claim();
      if (!claimed) return;
      const delivered = await send(claimed.body);
      await (stop.signal.aborted && !delivered ? giveBack(claimed.id) : settle(claimed.id, delivered));
      if (stop.signal.aborted) return;
    }
  }

  /** It was not tried to its end: another process may do it at once. */
  const giveBack = (id: string) =>
    world.write(async (change) => {
      const delivery = await change.find("delivery", id);
      if (delivery) await change.put("delivery", { ...delivery, attempts: delivery.attempts - 1, due_at: 0 }, "due");
    });

  /** The oldest that is due, kept from other processes while it is sent. */
  const claim = () =>
    world.write(async (change) => {
      const waiting = (await change.list("delivery", { owner: "due" })).toReversed();
      const at = Date.now();
      const due = waiting.find((one) => (one.due_at ?? Infinity) <= at);
      if (!due) {
        const next = Math.min(...waiting.map((one) => one.due_at ?? Infinity));
        if (Number.isFinite(next)) schedule(next - at);
        return null;
      }
      await change.put("delivery", { ...due, attempts: due.attempts + 1, due_at: at + CLAIM_MS }, "due");
      const event = await change.get("event", due.event);
      return { id: due.id, body: JSON.stringify(event, null, 2) };
    });

  async function send(body: string): Promise<boolean> {
    const seconds = Math.floor(now().getTime() / 1000);
    const signature = createHmac("sha256", secret ?? "").update(`${seconds}.${body}`).digest("hex");
    try {
      const response = await fetch(hooksUrl() ?? "", {
        method: "POST",
        headers: { "Content-Type": "application/json; charset=utf-8", "Stripe-Signature": `t=${seconds},v1=${signature}`, "User-Agent": "Stripe/1.0 (simulated)" },
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

  const settle = (id: string, delivered: boolean) =>
    world.write(async (change) => {
      const delivery = await change.find("delivery", id);
      if (!delivery) return;
      const pause = PAUSES_MS[delivery.attempts - 1];
      if (delivered || pause === undefined) return change.remove(id);
      await change.put("delivery", { ...delivery, due_at: Date.now() + pause }, "due");
    });

  function schedule(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(wake, Math.max(10, ms));
    timer.unref();
  }

  const look = setInterval(() => {
    if (running || secret === null || hooksUrl() === null) return;
    world.read((of) => of.list("delivery", { owner: "due", limit: 1 })).then(({ length }) => length > 0 && wake(), () => undefined);
  }, LOOK_MS);
  look.unref();

  return {
    wake,
    async release({ order, times }) {
      const count = await world.write(async (change) => {
        const held = await change.list("delivery", { owner: "held" });
        const ordered = order === "reversed" ? held : order === "sent" ? held.toReversed() : held.toSorted(() => Math.random() - 0.5);
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
