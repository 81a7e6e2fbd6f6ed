import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grantPlan, startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { brief, first, problemOf, writtenDraft } from "./drafts.fixture.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

describe("drafts under a plan", () => {
  test("a plan says how many variants and whether all may be written anew; both refusals name the plan that allows it", async () => {
    const person = await app.signUp();
    await grantPlan(app.services, person.sandboxId, "basic");
    const mine = (path: string, body: object) => app.request("post", path, { key: person.testKey, body });
    await expect
      .poll(() => mine("/v1/create", { brief, platform: "tiktok", variants: 2 }))
      .toMatchObject({
        status: 403,
        body: { code: "variants_exceed_plan", upgrade_plan: "standard", detail: expect.stringContaining("Standard") },
      });
    const draft = await writtenDraft(person.test);
    expect(await mine("/v1/regenerate", { draft_id: draft.id })).toMatchObject({
      status: 403,
      body: { code: "full_regen_not_allowed", upgrade_plan: "standard" },
    });
    app.simulator.fail({ fault: "policy", times: 1 });
    const failed = await person.test.drafts.create({ brief, platform: "tiktok" });
    await problemOf(person.test.generations.wait(failed.generation_id));
    const second = await person.test.drafts.regenerate({ draft_id: failed.draft_id });
    await person.test.generations.wait(second.generation_id);
    expect(await person.test.drafts.get(failed.draft_id)).toMatchObject({ status: "ready" });
    const target = { draft_id: draft.id, variant_id: first(draft.variants).id };
    const { generation_id: generation } = await person.test.drafts.regenerate(target);
    await person.test.generations.wait(generation);
    expect(await mine("/v1/regenerate", target)).toMatchObject({ status: 429, body: { code: "regen_cooldown" } });
  });

  test("the full regenerations of a month end, and the refusal says when there are more; one field can still be written anew", async () => {
    const person = await app.signUp();
    await grantPlan(app.services, person.sandboxId, "standard");
    const draft = await writtenDraft(person.test);
    await app.services.db.withTenant(decodeId("acc", person.sandboxId) ?? "", async (tx) => {
      await tx.query(
        `insert into quota_entries (account_id, generation_id, regeneration, admitted_at, outcome, settled_at)
         select $1, gen_random_uuid(), 'full', now(), 'charged', now() from generate_series(1, 30)`,
        [tx.accountId],
      );
      await tx.query("update quota_accounts set epoch = nextval('quota_epochs') where account_id = $1", [tx.accountId]);
    });
    const refused = await app.request("post", "/v1/regenerate", {
      key: person.testKey,
      body: { draft_id: draft.id },
    });
    expect(refused).toMatchObject({
      status: 429,
      body: { code: "full_regen_cap", upgrade_plan: "pro", ends_at: expect.stringMatching(/-01T00:00:00.000Z$/) },
    });
    const { generation_id: generation } = await person.test.drafts.regenerate({
      draft_id: draft.id,
      variant_id: first(draft.variants).id,
      field: "hook",
    });
    expect(await person.test.generations.wait(generation)).toMatchObject({ status: "completed" });
  });
});
