import assert from "node:assert/strict";
import { describeIssues } from "../../issues.ts";
import { webhooks as declared, type WebhookDelivery, type WebhookVerdict } from "../../capabilities/webhooks.ts";
import { now } from "../clock.ts";
import { contextFor, emptyOutcome, shown } from "../run.ts";
import type { Rule, Subject } from "../subject.ts";

const minuteMs = 60_000;

export const webhookGoodRule: Rule = {
  id: "webhook-good",
  level: "bronze",
  title: "what the provider signed is verified",
  needs: "webhooks",
  async check(subject) {
    for (const event of ["first", "second"] as const) {
      const verdict = await ask(subject, "verify", deliver(subject, event));
      assert.equal(verdict.verified, true, `a good signature is refused: ${shown(verdict)}`);
    }
  },
};

export const webhookBadRule: Rule = {
  id: "webhook-bad",
  level: "bronze",
  title: "a changed body, another secret and a missing signature are refused, without an error",
  needs: "webhooks",
  async check(subject) {
    const good = deliver(subject, "first");
    const { signatureHeader, otherConfig } = samplesOf(subject);
    const { [signatureHeader]: signature, ...without } = good.headers;
    assert.ok(signature, `the samples have no header ${signatureHeader}`);
    const forged: Record<string, WebhookDelivery> = {
      "one more space at the end": { ...good, body: Buffer.concat([good.body, Buffer.from(" ")]) },
      "one more space inside": { ...good, body: spaced(good.body) },
      "the body of another event": { ...good, body: deliver(subject, "second").body },
      "an empty body": { ...good, body: new Uint8Array() },
      "another secret": samplesOf(subject).deliver("first", now, otherConfig),
      "no signature": { ...good, headers: without },
      "an empty signature": { ...good, headers: { ...good.headers, [signatureHeader]: "" } },
      "a signature of nonsense": { ...good, headers: { ...good.headers, [signatureHeader]: "v1,v1=,t=,=;\u00e4" } },
    };
    for (const [what, delivery] of Object.entries(forged)) await refuses(subject, delivery, what);
  },
};

export const webhookShortRule: Rule = {
  id: "webhook-short",
  level: "bronze",
  title: "a part of the right signature is no signature",
  needs: "webhooks",
  async check(subject) {
    const good = deliver(subject, "first");
    const { signatureHeader } = samplesOf(subject);
    const signature = good.headers[signatureHeader] ?? "";
    // A short one that ends before the signature begins is another malformed header; the rest are guesses of its first bytes.
    for (let length = 1; length < signature.length; length += 1) {
      const headers = { ...good.headers, [signatureHeader]: signature.slice(0, length) };
      await refuses(subject, { ...good, headers }, `the first ${length} of ${signature.length} characters`);
    }
  },
};

export const webhookOldRule: Rule = {
  id: "webhook-old",
  level: "bronze",
  title: "the time that the host judges is the one that was signed",
  needs: "webhooks",
  async check(subject) {
    for (const minutes of [-60 * 24, -6, 6]) {
      const at = new Date(now.getTime() + minutes * minuteMs);
      const verdict = await ask(subject, "verify", samplesOf(subject).deliver("first", at, subject.options.config));
      if (!verdict.verified) continue;
      const told = verdict.signedAt?.getTime() ?? Number.NaN;
      assert.ok(
        Math.abs(told - at.getTime()) < 1000,
        `signed ${minutes} min from now, but signedAt says ${shown(verdict)}`,
      );
    }
    const good = deliver(subject, "first");
    const [fresh, stale] = [now, new Date(now.getTime() - 60 * minuteMs)].map((at) => String(at.getTime() / 1000));
    const replace = (text: string): string => text.replace(fresh ?? "", stale ?? "");
    const headers = Object.fromEntries(Object.entries(good.headers).map(([name, value]) => [name, replace(value)]));
    const changed = JSON.stringify(headers) !== JSON.stringify(good.headers);
    if (changed) await refuses(subject, { ...good, headers }, "another time than the signed one");
  },
};

export const webhookReplayRule: Rule = {
  id: "webhook-replay",
  level: "silver",
  title: "an event that is sent again has the same id and time, another event another id",
  needs: "webhooks",
  async check(subject) {
    const later = new Date(now.getTime() + 4 * minuteMs);
    const [first, again] = [
      deliver(subject, "first"),
      samplesOf(subject).deliver("first", later, subject.options.config),
    ];
    const id = await ask(subject, "eventId", first);
    assert.equal(
      await ask(subject, "eventId", again),
      id,
      "sent again, the event has another id: it would be done twice",
    );
    assert.deepEqual(await ask(subject, "occurredAt", again), await ask(subject, "occurredAt", first), "occurredAt");
    assert.notEqual(
      await ask(subject, "eventId", deliver(subject, "second")),
      id,
      "two events have one id: one would be lost",
    );
  },
};

function samplesOf({ plugin, options }: Subject) {
  assert.ok(options.webhooks, `${plugin.id} has webhooks: give the suite samples of them`);
  return options.webhooks;
}

const deliver = (subject: Subject, event: "first" | "second"): WebhookDelivery =>
  samplesOf(subject).deliver(event, now, subject.options.config);

type Functions = (typeof declared)["functions"];

async function ask<F extends keyof Functions>(
  subject: Subject,
  fn: F,
  delivery: WebhookDelivery,
): Promise<Functions[F]["output"]["_output"]> {
  const { webhooks } = subject.plugin.capabilities;
  assert.ok(webhooks);
  const upstream = (): never => assert.fail(`${fn} sends a request; it has no network`);
  const answer: unknown = await webhooks[fn](contextFor(subject, { upstream }, emptyOutcome()), delivery);
  const parsed = declared.functions[fn].output.safeParse(answer);
  if (!parsed.success) assert.fail(`${fn}: ${describeIssues(parsed.error).join("; ")}`);
  return parsed.data;
}

async function refuses(subject: Subject, delivery: WebhookDelivery, what: string): Promise<void> {
  const verdict: WebhookVerdict = await ask(subject, "verify", delivery);
  assert.equal(verdict.verified, false, `${what} is taken for a good signature`);
}

/** The same JSON, written differently. */
function spaced(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString();
  return Buffer.from(text.includes(":") ? text.replace(":", ": ") : ` ${text}`);
}
