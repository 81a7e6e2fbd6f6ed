import sharp from "sharp";
import type { TestAccount, TestApp } from "../../../test-kit/app.ts";
import { createEmit } from "../events/index.ts";
import { systemClock } from "../../platform/clock/index.ts";
import { decodeId, encodeId, newId } from "../../platform/ids/index.ts";
import { createGeneratedImages, type GeneratedImages } from "./index.ts";

/** A picture of one colour. */
export const picture = (colour = "#336699", size = 64): Promise<Uint8Array> =>
  sharp({ create: { width: size, height: size, channels: 3, background: colour } })
    .jpeg()
    .toBuffer();

/** How generations put pictures into the library, in this app. */
export const imagesOf = ({ services: { db, storage } }: TestApp): GeneratedImages =>
  createGeneratedImages({ db, storage, emit: createEmit({ clock: systemClock, fanOut: null }) });

/** UUID of the account's sandbox. */
export const sandboxOf = ({ sandboxId }: TestAccount): string => decodeId("acc", sandboxId) ?? "";

/** A generation without effects, to be what a picture was made by. */
export async function newGeneration({ services: { db } }: TestApp, accountId: string): Promise<string> {
  const id = newId();
  await db.withTenant(accountId, (tx) =>
    tx.query(
      `insert into generations (account_id, id, kind, status, lane, plugin_id, model, input, request_id, finished_at)
     values ($1, $2, 'music', 'completed', 'interactive', 'minimax', 'music', $3, 'req_test0001', now())`,
      [
        accountId,
        id,
        JSON.stringify({ prompt: "prompt-canary", lyrics: null, instrumental: true, duration_seconds: 5 }),
      ],
    ),
  );
  return id;
}

/** Id of an asset with a picture. */
export async function newPicture(app: TestApp, account: TestAccount, title = "Cover"): Promise<string> {
  const accountId = sandboxOf(account);
  const images = imagesOf(app);
  const stored = await images.store(accountId, await picture());
  const generationId = await newGeneration(app, accountId);
  const row = await app.services.db.withTenant(accountId, (tx) =>
    images.create(tx, { generationId, title, stored, requestId: "req_test0001" }),
  );
  return encodeId("ast", row.id);
}

/** A draft with two variants, the first of them selected. */
export async function newDraft(
  app: TestApp,
  account: TestAccount,
): Promise<{ id: string; selected: string; other: string }> {
  const [id, selected, other] = [newId(), newId(), newId()];
  await app.services.db.withTenant(sandboxOf(account), async (tx) => {
    await tx.query(
      `insert into drafts (account_id, id, brief, platform, tone, language, created_at, updated_at)
       values ($1, $2, 'prompt-canary', 'tiktok', 'playful', 'en', now(), now())`,
      [tx.accountId, id],
    );
    await tx.query(
      `insert into draft_variants (account_id, id, draft_id, position, hook, script, caption, hashtags, selected, created_at, updated_at)
       values ($1, $2, $4, 0, 'First  words', 'A script', 'A caption', '{#one}', true, now(), now()),
              ($1, $3, $4, 1, 'Other', 'Another script', 'Another caption', '{}', false, now(), now())`,
      [tx.accountId, selected, other, id],
    );
  });
  return { id: encodeId("dft", id), selected: encodeId("var", selected), other: encodeId("var", other) };
}
