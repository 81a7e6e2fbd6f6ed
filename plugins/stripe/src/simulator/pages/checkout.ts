import type { Response } from "express";
import { planIdOf, submit } from "../life/checkout.ts";
import type { CheckoutSession } from "../shapes/kinds.ts";
import type { PagesDeps } from "./deps.ts";
import { button, escaped, money, sendPage } from "./html.ts";

export async function showCheckout(
  { world }: PagesDeps,
  id: string,
  response: Response,
  declined = false,
): Promise<void> {
  const { session, name } = await world.read(async (look) => {
    const found = await look.get("checkout_session", id);
    const {
      lines: [line],
    } = await look.get("session_plan", planIdOf(id));
    const product = line && (await look.find("product", line.price.product));
    return { session: found, name: product?.name ?? "Payment" };
  });
  if (session.status !== "open") {
    return sendPage(response, {
      title: "Done",
      body: `<h1>This payment is ${session.status}</h1><p><a href="${escaped(backTo(session))}">Go on</a></p>`,
    });
  }
  const sum = money(session.amount_total, session.currency);
  const every = session.mode === "subscription" ? " each month" : "";
  sendPage(response, {
    title: `Pay for ${name}`,
    status: declined ? 402 : 200,
    leadsTo: [session.success_url, session.cancel_url],
    body: `<h1>${escaped(name)}</h1>
<p class="sum">${escaped(sum)}${every}</p>
${declined ? '<p class="bad" role="alert">Your card was declined. Try again, or with another card.</p>' : ""}
<form method="post">
${button("pay", `Pay ${sum}`, true)}
${button("fail", "Pay with a card that is declined")}
${session.cancel_url === null ? "" : button("cancel", "Back without paying")}
</form>`,
  });
}

export async function decideCheckout(deps: PagesDeps, id: string, decision: string, response: Response): Promise<void> {
  const { world } = deps;
  const session = await world.read((look) => look.get("checkout_session", id));
  if (decision === "cancel") return response.redirect(303, session.cancel_url ?? session.success_url);
  // Sent twice: it is paid, so they go on.
  if (session.status === "complete") return response.redirect(303, backTo(session));
  if (decision !== "pay" && decision !== "fail") return showCheckout(deps, id, response);
  await world.write(async (change) => submit(change, await change.get("checkout_session", id), decision === "pay"));
  if (decision === "fail") return showCheckout(deps, id, response, true);
  response.redirect(303, backTo(session));
}

const backTo = ({ id, success_url: url }: CheckoutSession): string => url.replaceAll("{CHECKOUT_SESSION_ID}", id);
