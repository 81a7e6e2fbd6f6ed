import type { Response } from "express";
import { missing } from "../errors.ts";
import { dispute, refund } from "../life/payment.ts";
import { changePrice, end, endWithPeriod, renew } from "../life/subscription.ts";
import type { Charge, PortalSession, Price, Subscription } from "../shapes/kinds.ts";
import type { Change, Look } from "../world.ts";
import type { PagesDeps } from "./deps.ts";
import { button, escaped, money, sendPage } from "./html.ts";

interface Shown {
  session: PortalSession;
  /** The one that is not over. */
  subscription: Subscription | null;
  /** What it can be changed to, with names. */
  others: (Price & { name: string })[];
  name: string;
  lastCharge: Charge | null;
}

const HOUR_SECONDS = 3600;

export async function showPortal({ world }: PagesDeps, id: string, response: Response): Promise<void> {
  const { session, subscription, others, name, lastCharge } = await world.read((look) => shownBy(look, id));
  const item = subscription?.items.data[0];
  const until = item ? new Date(item.current_period_end * 1000).toISOString().slice(0, 10) : "";
  const state = subscription?.cancel_at_period_end
    ? `ends on ${until}`
    : subscription?.status === "past_due"
      ? "is past due"
      : `renews on ${until}`;
  const choices =
    subscription && item
      ? [
          subscription.cancel_at_period_end
            ? button("resume", "Do not cancel", true)
            : button("cancel_at_period_end", "Cancel at the end of the period"),
          button("cancel_now", "Cancel now"),
          ...others.map((price) =>
            button(
              `change ${price.id}`,
              `Change to ${price.name}, ${money(price.unit_amount, price.currency)} each month`,
            ),
          ),
          button("renew", "Simulate: the next payment succeeds"),
          button("renew_fails", "Simulate: the next payment fails"),
        ]
      : [];
  const chargeable = lastCharge && !lastCharge.refunded && !lastCharge.disputed;
  const ofCharge = chargeable
    ? [
        button("refund", "Simulate: the last payment is refunded"),
        button("dispute", "Simulate: the last payment is disputed"),
      ]
    : [];
  sendPage(response, {
    title: "Your subscription",
    leadsTo: [session.return_url],
    body: `<h1>Your subscription</h1>
<p>${subscription ? `<strong>${escaped(name)}</strong> ${state}` : "You have no subscription."}</p>
<form method="post">${[...choices, ...ofCharge].join("\n")}</form>
${session.return_url === null ? "" : `<p><a href="${escaped(session.return_url)}">Back</a></p>`}`,
  });
}

export async function decidePortal(deps: PagesDeps, id: string, decision: string, response: Response): Promise<void> {
  await deps.world.write(async (change) => {
    const { subscription, lastCharge, others } = await shownBy(change, id);
    if (subscription) await decideSubscription(change, subscription, decision, others);
    if (lastCharge && decision === "refund")
      await refund(change, lastCharge, { amount: null, reason: "requested_by_customer" });
    if (lastCharge && decision === "dispute") await dispute(change, lastCharge);
  });
  response.redirect(303, `${deps.pagesUrl()}/portal/${id}`);
}

async function decideSubscription(
  change: Change,
  subscription: Subscription,
  decision: string,
  others: readonly Price[],
): Promise<unknown> {
  const price = others.find(({ id }) => decision === `change ${id}`);
  if (price) return changePrice(change, subscription, price);
  switch (decision) {
    case "cancel_at_period_end":
    case "resume":
      return endWithPeriod(change, subscription, decision !== "resume");
    case "cancel_now":
      return end(change, subscription, "cancellation_requested");
    case "renew":
    case "renew_fails":
      return renew(change, subscription, decision === "renew");
  }
}

async function shownBy(look: Look, id: string): Promise<Shown> {
  const session = (await look.get("portal_session", id)) as PortalSession & { created: number };
  const customer = await look.get("customer", session.customer);
  // As at Stripe the address is good for a short visit only.
  if (session.created + HOUR_SECONDS < look.now(customer)) throw missing("session", id);
  const all = await look.list("subscription", { owner: session.customer });
  const subscription = all.find(({ status }) => status !== "canceled") ?? null;
  const prices = (await look.list("price")).filter(({ recurring, active }) => recurring !== null && active);
  const named = await Promise.all(
    prices.map(async (price) => ({ ...price, name: (await look.find("product", price.product))?.name ?? price.id })),
  );
  const current = subscription?.items.data[0]?.price.id;
  return {
    session,
    subscription,
    others: named
      .filter((price) => price.id !== current && price.lookup_key !== null)
      .toSorted((a, b) => a.unit_amount - b.unit_amount),
    name: named.find((price) => price.id === current)?.name ?? "",
    lastCharge:
      (await look.list("charge", { owner: session.customer })).find(({ status }) => status === "succeeded") ?? null,
  };
}
