import { created, type Handler } from "../../platform/http/operation.ts";
import { withCustomer } from "./customers.ts";
import type { BillingDeps } from "./deps.ts";
import { repeatedAnswer, stripeOnce } from "./once.ts";
import { allowedReturnUrl } from "./return-url.ts";
import { atStripe } from "./stripe-problems.ts";

export const createPortalSession =
  (deps: BillingDeps): Handler<"createPortalSession"> =>
  async ({ principal, body, headers, write }) => {
    const { accountId, mode } = principal;
    const returnUrl = allowedReturnUrl("return_url", body.return_url, deps);
    const repeated = await repeatedAnswer(write);
    if (repeated) return repeated;
    const { url } = await atStripe(async () => {
      const { stripe } = await deps.stripe.connect(mode);
      return withCustomer(deps, { accountId, mode }, (customer) =>
        stripe.billingPortal.sessions.create(
          { customer, return_url: returnUrl },
          stripeOnce(`portal of ${customer}`, principal, headers),
        ),
      );
    });
    return write(() => Promise.resolve(created({ object: "portal_session" as const, url })));
  };
