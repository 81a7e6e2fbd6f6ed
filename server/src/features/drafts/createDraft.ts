import { accepted, type Handler } from "../../platform/http/operation.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import type { DraftsDeps } from "./deps.ts";
import { holdDraft } from "./find.ts";
import { refuseMoreVariantsThan } from "./plan-rules.ts";
import { presentDraft } from "./present.ts";
import { insertDraft } from "./store.ts";
import { readWritingIn } from "./writing.ts";

/** Seconds that a polling client should wait. */
export const POLL_SECONDS = "2";

/** Answers 202 once the draft and its generation are durable rows, written together. */
export const createDraft =
  ({
    clock,
    plans,
    prepare,
    selectWriting,
  }: Pick<DraftsDeps, "clock" | "plans" | "prepare" | "selectWriting">): Handler<"createDraft"> =>
  async ({ principal, body, requestId, write }) => {
    const { brief, platform, tone, language, variants, instructions = null, lane } = body;
    refuseMoreVariantsThan(await plans.getEffectiveLimits(principal.accountId), variants);
    const start = await prepare(principal, "reel", body.model);
    return write(async (tx) => {
      const [id, title] = [newId(), body.title?.trim() ?? null];
      await insertDraft(tx, { id, title, brief, platform, tone, language }, clock.now());
      const wish = { brief, platform, tone, language, variants, instructions, avoid: [], target: null };
      const generation = await start(tx, wish, { lane, title, draftId: id, regeneration: null, requestId });
      const draft = presentDraft(...(await Promise.all([holdDraft(tx, id), readWritingIn(tx, selectWriting, id)])));
      return accepted(
        { draft_id: draft.id, generation_id: generation.id, draft, generation },
        { Location: `/v1/drafts/${encodeId("dft", id)}`, "Retry-After": POLL_SECONDS },
      );
    });
  };
