import type { TenantTx } from "../../platform/db/index.ts";
import { created } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { decodeId, newId } from "../../platform/ids/index.ts";
import { lockDraft } from "../drafts/index.ts";
import type { LibraryDeps } from "./deps.ts";
import { applyFields } from "./fields.ts";
import { presentAsset } from "./present.ts";
import { insertAsset } from "./store.ts";
import type { NewAsset } from "./store.ts";

/** Copies what the draft's variant says now: later edits of the one do not change the other. */
export const createAsset =
  ({ emit }: Pick<LibraryDeps, "emit">): Handler<"createAsset"> =>
  async ({ body: { draft_id: draftId, variant_id: variantId, ...fields }, requestId, write }) => {
    if (draftId === undefined && variantId !== undefined)
      throw invalidField("/body/draft_id", "required", "A variant is one of a draft: send the draft's id too.");
    if (draftId === undefined && fields.title === undefined)
      throw invalidField("/body/title", "required", "Send a title, or a draft to copy from.");
    return write(async (tx) => {
      const copied = draftId === undefined ? emptyReel() : await copyOf(tx, draftId, variantId);
      const asset = presentAsset(await insertAsset(tx, applyFields(copied, fields)));
      await emit(tx, { type: "asset.created", data: asset, requestId });
      return created(asset, { Location: `/v1/library/assets/${asset.id}` });
    });
  };

async function copyOf(tx: TenantTx, draftId: string, variantId: string | undefined): Promise<NewAsset> {
  const id = decodeId("dft", draftId);
  const draft = id === null ? null : await lockDraft(tx, id);
  if (!draft) throw invalidField("/body/draft_id", "not_found", "There is no draft with this id in this account.");
  const wanted = variantId === undefined ? null : decodeId("var", variantId);
  const variant = draft.variants.find((one) => (variantId === undefined ? one.selected : one.id === wanted));
  if (!variant) {
    throw variantId === undefined
      ? invalidField("/body/variant_id", "required", "The draft has no selected variant: select one, or name one here.")
      : invalidField("/body/variant_id", "not_found", "The draft has no variant with this id.");
  }
  return {
    ...emptyReel(),
    title: draft.title ?? titleFrom(variant.hook),
    platform: draft.platform,
    hook: variant.hook,
    script: variant.script,
    caption: variant.caption,
    hashtags: variant.hashtags,
    draft_id: draft.id,
    variant_id: variant.id,
    generation_id: variant.generation_id,
  };
}

const TITLE_MAX = 200;

function titleFrom(hook: string): string {
  return [...hook.replaceAll(/[\s\p{Cc}]+/gu, " ").trim()].slice(0, TITLE_MAX).join("").trim();
}

function emptyReel(): NewAsset {
  return {
    id: newId(),
    kind: "reel",
    status: "draft",
    title: "",
    platform: null,
    hook: null,
    script: null,
    caption: null,
    hashtags: [],
    tags: [],
    metadata: {},
    draft_id: null,
    variant_id: null,
    generation_id: null,
    blob_key: null,
    sha256: null,
    bytes: null,
    content_type: null,
    width: null,
    height: null,
  };
}
