import type { components } from "../../generated/openapi.types.ts";
import { accepted, type Handler } from "../../platform/http/operation.ts";
import { invalidField, ProblemError } from "../../platform/http/problem.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { POLL_SECONDS } from "./createDraft.ts";
import type { DraftsDeps } from "./deps.ts";
import { draftIdOf, holdDraft, variantOf } from "./find.ts";
import { refuseMoreVariantsThan } from "./plan-rules.ts";
import { presentDraft } from "./present.ts";
import type { DraftRow } from "./store.ts";
import type { ReelTarget, ReelWish } from "./wish.ts";
import { readWritingIn, type Writing } from "./writing.ts";

type Body = components["schemas"]["RegenerateDraftRequest"];

/** Writes once more for a draft; the draft keeps what it has until that is done. */
export const regenerateDraft =
  ({
    plans,
    prepare,
    selectWriting,
  }: Pick<DraftsDeps, "plans" | "prepare" | "selectWriting">): Handler<"regenerateDraft"> =>
  async ({ principal, body, requestId, write }) => {
    refuseContradictions(body);
    const id = draftIdOf(body.draft_id);
    const limits = await plans.getEffectiveLimits(principal.accountId);
    refuseMoreVariantsThan(limits, body.variants ?? 1);
    const start = await prepare(principal, "reel", undefined);
    return write(async (tx) => {
      const draft = await holdDraft(tx, id);
      const before = await readWritingIn(tx, selectWriting, id);
      // Asked first: a generation that ends takes the account's lock before the draft's, and a regeneration the other way round.
      if (before.generating) throw stillGenerating(before);
      const wish = wishFor(draft, body, limits.variantsMax);
      // Where nothing was written yet, nothing is written anew: a failed beginning uses up no regeneration.
      const regeneration = wish.target ? "targeted" : draft.variants.length > 0 ? "full" : null;
      const generation = await start(tx, wish, {
        lane: "interactive",
        title: draft.title,
        draftId: id,
        regeneration,
        requestId,
      });
      const now = presentDraft(...(await Promise.all([holdDraft(tx, id), readWritingIn(tx, selectWriting, id)])));
      return accepted(
        { draft_id: now.id, generation_id: generation.id, draft: now, generation },
        { Location: `/v1/drafts/${now.id}`, "Retry-After": POLL_SECONDS },
      );
    });
  };

function refuseContradictions(body: Body): void {
  if (body.field !== undefined && body.variant_id === undefined) {
    throw invalidField("/body/field", "needs_variant", "A field belongs to a variant: say which in variant_id.");
  }
  if (body.variants !== undefined && body.variant_id !== undefined) {
    throw invalidField(
      "/body/variants",
      "conflicts_with_variant",
      "variant_id regenerates one variant. Omit variants, or omit variant_id to replace all.",
    );
  }
}

function wishFor(draft: DraftRow, body: Body, variantsMax: number): ReelWish {
  const { brief, platform, tone, language } = draft;
  return {
    brief,
    platform,
    tone,
    language,
    variants: body.variants ?? Math.min(Math.max(1, draft.variants.length), variantsMax),
    instructions: body.instructions ?? null,
    avoid: draft.variants.map(({ hook }) => hook),
    target: body.variant_id === undefined ? null : targetIn(draft, body.variant_id, body.field ?? null),
  };
}

function targetIn(draft: DraftRow, variantId: string, field: ReelTarget["field"]): ReelTarget {
  const { id, hook, script, caption, hashtags } = variantOf(draft, variantId, "/body/variant_id");
  return { variant_id: id, field, current: { hook, script, caption, hashtags } };
}

function stillGenerating({ generation_id: id }: Writing): ProblemError {
  const which = id === null ? "A generation" : encodeId("gen", id);
  return new ProblemError("draft_generating", {
    detail: `${which} still writes for this draft. Wait until it ends, or cancel it.`,
  });
}
