import { appPage, visitor } from "../../server/src/features/sign-in/sign-in.fixture.ts";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import type { TestAccount, TestApp } from "../../server/test-kit/app.ts";
import type { MailServer } from "../../server/test-kit/mail-server.ts";
import { pathExamples } from "../spec.ts";
import type { World } from "../world.ts";

interface Preparation {
  /** What the example's client finds as its key. */
  key: string;
  /** Value in the example → value that exists on this server. */
  values: Record<string, string>;
}

interface Around {
  app: TestApp;
  world: World;
  mail: MailServer;
  /** An URL that answers 204. */
  endpoint: string;
}

const password = { "correct horse battery staple": "pw-canary-of-a-test" };
const tokenOf = (token: string) => ({ amv_once_EXAMPLE0000000000000000000000000000000000000000000: token });

/** What has to be so that the example of an operation can do what it shows. */
export async function prepare(id: OperationId, around: Around): Promise<Preparation> {
  const own = await special[id]?.(around);
  return { key: own?.key ?? keyFor(id, around.world), values: { ...objects(id, around.world), ...own?.values } };
}

function keyFor(id: OperationId, world: World): string {
  const { security } = operations[id];
  if (security.public) return "";
  const scopes: readonly string[] | null = security.apiKey;
  if (scopes === null) return world.session;
  return scopes.some((scope) => scope.startsWith("admin:")) ? world.adminSession : world.key;
}

/** Ids in the example's path → ids of objects that exist; of such as nobody needs any more, when it deletes them. */
function objects(id: OperationId, { ids, spare }: World): Record<string, string> {
  const pairs = pathExamples(id).map(([name, example], index, all): [string, string] => {
    const isDeleted = operations[id].method === "delete" && index === all.length - 1;
    return [example, (isDeleted ? spare[name]?.[0] : undefined) ?? ids[name]?.[0] ?? example];
  });
  return Object.fromEntries(pairs);
}

/** Of operations whose example needs more than an object that exists. */
const special: Partial<Record<OperationId, (around: Around) => Promise<Partial<Preparation>>>> = {
  signIn: async ({ app }) => ({ values: { "ada@example.com": (await app.signUp()).email, ...password } }),
  startSpotifySignIn: () => Promise.resolve({ values: { "https://app.example.com/signed-in": appPage } }),
  finishSpotifySignIn: async ({ app }) => ({ values: await spotifyHalves(app, "visitor@example.com") }),
  linkSpotify: async ({ app }) => ({
    key: (await app.signUp()).sessionToken,
    values: await spotifyHalves(app, "linked@example.com"),
  }),
  endOtherSessions: somebodyElse,
  signOut: somebodyElse,
  requestEmailVerification: somebodyElse,
  changePassword: async ({ app }) => ({ key: (await app.signUp()).sessionToken, values: password }),
  deleteAccount: async ({ app }) => ({ key: (await app.signUp()).sessionToken, values: password }),
  confirmEmailVerification: async ({ app, mail }) => ({ values: tokenOf(await tokenIn(mail, await app.signUp())) }),
  resetPassword: async ({ app, mail }) => {
    const account = await app.signUp();
    await tokenIn(mail, account);
    await app.client(null).accounts.requestPasswordReset({ email: account.email });
    return { values: tokenOf(await tokenIn(mail, account)) };
  },
  cancelGeneration: async ({ app, world }) => {
    app.simulator.setLatency(60);
    const generation = await app
      .client(world.key)
      .generations.create({ prompt: "slow prompt-canary", instrumental: true, duration_seconds: 5 });
    app.simulator.setLatency(0);
    return { values: objectsOf("cancelGeneration", [generation.id]) };
  },
  regenerateDraft: async ({ app, world }) => {
    const test = app.client(world.key);
    const { draft_id: id, generation_id: generation } = await test.drafts.create({
      brief: "prompt-canary",
      platform: "tiktok",
    });
    await test.generations.wait(generation);
    const variant = (await test.drafts.get(id)).variants[0]?.id ?? "";
    return { values: { dft_01kbq7c1h4e9yt6x2p8s5v0mzd: id, var_01kbq7d2k5f8zs4w1r7t6m3nhx: variant } };
  },
  addPlaylistTracks: ({ world }) =>
    Promise.resolve({ values: { trk_01kbq5t3v6f2zr8h1d5n7k0wej: world.ids["track_id"]?.[0] ?? "" } }),
  // The other item went with its track.
  removePlaylistTrack: ({ world: { ids } }) =>
    Promise.resolve({ values: objectsOf("removePlaylistTrack", [ids["playlist_id"]?.[0], ids["item_id"]?.[0]]) }),
  createWebhook: ({ endpoint }) =>
    Promise.resolve({ values: { "https://app.example.com/hooks/musicverse": endpoint } }),
  // The webhook that waits, with its replay.
  cancelWebhookReplay: ({ world: { ids } }) =>
    Promise.resolve({ values: objectsOf("cancelWebhookReplay", [ids["webhook_id"]?.[1], ids["replay_id"]?.[1]]) }),
  createWebhookReplay: () => Promise.resolve({ values: { "2026-11-20T00:00:00Z": inDays(-1) } }),
  updateAccountPlan: () => Promise.resolve({ values: { "2026-12-21T08:30:00.000Z": inDays(30) } }),
  requestBillingSync: async ({ app }) => {
    const account = await app.signUp();
    const back = "https://app.example.com/plans";
    await account.test.billing.createCheckoutSession({ item: "basic", success_url: back, cancel_url: back });
    return { values: objectsOf("requestBillingSync", [account.sandboxId]) };
  },
  getRateLimitOverride: anOverride,
  deleteRateLimitOverride: anOverride,
};

async function somebodyElse({ app }: Around): Promise<Partial<Preparation>> {
  return { key: (await app.signUp()).sessionToken };
}

async function anOverride({ app, world }: Around): Promise<Partial<Preparation>> {
  await app.client(world.adminSession).admin.putRateLimitOverride(world.ids["target_id"]?.[0] ?? "", {
    quota: { requests: 50, window_seconds: 60 },
    note: "an example",
  });
  return {};
}

async function spotifyHalves(app: TestApp, login: string): Promise<Record<string, string>> {
  const { begin, codeFor } = visitor(app);
  const begun = await begin();
  return {
    sgn_01kbq603n1e4pt7z9w5v2d8cry: begun.id,
    EXAMPLE0secret00000000000000000000000000000: begun.secret,
    EXAMPLE0code0000000000000000000000000000000: await codeFor(begun, login),
  };
}

async function tokenIn(mail: MailServer, { email }: TestAccount): Promise<string> {
  return /token=(\w+)/.exec((await mail.next(email)).text)?.[1] ?? "";
}

function objectsOf(id: OperationId, values: (string | undefined)[]): Record<string, string> {
  return Object.fromEntries(pathExamples(id).map(([, example], index) => [example, values[index] ?? ""]));
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
