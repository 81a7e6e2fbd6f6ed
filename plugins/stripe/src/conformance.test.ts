import { conformance, jsonAnswer } from "@musicverse/plugin-kit/conformance";
import stripe from "./index.ts";
import { eventOf, signedEvent } from "./webhooks.fixture.ts";

const config = { secretKey: "sk_live_canary_0123456789abcdef", webhookSecret: "whsec_canary_0123456789abcdef" };
const events = {
  first: eventOf(
    "customer.subscription.updated",
    { id: "sub_1", object: "subscription", customer: "cus_1" },
    "evt_first",
  ),
  second: eventOf(
    "charge.refunded",
    { id: "ch_1", object: "charge", customer: "cus_1", payment_intent: "pi_1" },
    "evt_second",
  ),
};

conformance(stripe, {
  module: import.meta.resolve("./index.ts"),
  packageJson: import.meta.resolve("../package.json"),
  nodeArguments: ["--conditions=musicverse-source"],
  config,
  webhooks: {
    deliver: (event, at, { webhookSecret = "" }) => signedEvent(events[event], webhookSecret, at),
    otherConfig: { ...config, webhookSecret: "whsec_guessed_0123456789abcdef" },
    signatureHeader: "stripe-signature",
  },
  answer: () => jsonAnswer(200, {}),
  errors: [{ name: "500", answer: jsonAnswer(500, {}), code: "UPSTREAM" }],
});
