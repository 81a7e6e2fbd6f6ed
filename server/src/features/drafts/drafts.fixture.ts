import type { TestAccount } from "../../../test-kit/app.ts";

type Client = TestAccount["test"];
export type DraftWish = Partial<Parameters<Client["drafts"]["create"]>[0]>;

export const brief = "Teaser for prompt-canary, my lo-fi single about Lisbon";

export const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error as { code: string; status: number },
  );

/** A draft whose variants are written. */
export async function writtenDraft(by: Client, wish: DraftWish = {}) {
  const { draft_id: id, generation_id: generation } = await by.drafts.create({ brief, platform: "instagram", ...wish });
  await by.generations.wait(generation, { timeoutMs: 20_000 });
  return by.drafts.get(id);
}

export function first<T>([item]: readonly T[]): T {
  if (item === undefined) throw new Error("nothing there");
  return item;
}
