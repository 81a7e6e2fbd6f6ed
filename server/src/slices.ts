import { accountDataSlice } from "./features/account-data/slice.ts";
import { accountsSlice } from "./features/accounts/slice.ts";
import { adminSlice } from "./features/admin/slice.ts";
import { apiKeysSlice } from "./features/api-keys/slice.ts";
import { billingSlice } from "./features/billing/slice.ts";
import { costsSlice } from "./features/costs/slice.ts";
import { draftsSlice } from "./features/drafts/slice.ts";
import { entitlementsSlice } from "./features/entitlements/slice.ts";
import { eventsSlice } from "./features/events/slice.ts";
import { generationSlice } from "./features/generation/slice.ts";
import { healthSlice } from "./features/health/slice.ts";
import { createIncomingRegistry, type IncomingRegistry } from "./features/incoming-events/index.ts";
import { incomingEventsSlice } from "./features/incoming-events/slice.ts";
import { librarySlice } from "./features/library/slice.ts";
import { limitsSlice } from "./features/limits/slice.ts";
import { notificationsSlice } from "./features/notifications/slice.ts";
import { oauthSlice } from "./features/oauth/slice.ts";
import { plansSlice } from "./features/plans/slice.ts";
import { playlistsSlice } from "./features/playlists/slice.ts";
import { pluginsSlice } from "./features/plugins/slice.ts";
import { quotaSlice } from "./features/quota/slice.ts";
import { signInSlice } from "./features/sign-in/slice.ts";
import { tracksSlice } from "./features/tracks/slice.ts";
import { usageSlice } from "./features/usage/slice.ts";
import { webhooksSlice } from "./features/webhooks/slice.ts";
import { platformSlice } from "./platform-slice.ts";
import type { Services } from "./services.ts";
import type { Shared } from "./shared.ts";
import type { Slice, Together } from "./slice.ts";

/** The list of all slices, for API and workers alike. A new capability is one more line here, and nowhere else. */
export function createSlices(services: Services, shared: Shared) {
  return {
    platform: platformSlice(services),
    accounts: accountsSlice(services, shared),
    signIn: signInSlice(services, shared),
    apiKeys: apiKeysSlice(services, shared),
    oauth: oauthSlice(services, shared),
    generation: generationSlice(services, shared),
    drafts: draftsSlice(services, shared),
    // Before the tracks, whose erasure deletes the files of both.
    library: librarySlice(services, shared),
    tracks: tracksSlice(services, shared),
    playlists: playlistsSlice(services, shared),
    webhooks: webhooksSlice(services, shared),
    events: eventsSlice(services, shared),
    incomingEvents: incomingEventsSlice(services, shared),
    billing: billingSlice(services, shared),
    entitlements: entitlementsSlice(services, shared),
    plans: plansSlice(),
    quota: quotaSlice(),
    limits: limitsSlice(services, shared),
    usage: usageSlice(services, shared),
    costs: costsSlice(services, shared),
    notifications: notificationsSlice(services),
    plugins: pluginsSlice(services, shared),
    admin: adminSlice(services, shared),
    accountData: accountDataSlice(services, shared),
    health: healthSlice(services),
  } satisfies Record<string, Slice>;
}

/** What all of them say; `incoming` takes the place of what they want to hear of providers. */
export function together(slices: Readonly<Record<string, Slice>>, incoming?: IncomingRegistry): Together {
  const all = Object.values(slices);
  const registry = incoming ?? createIncomingRegistry();
  if (!incoming) for (const slice of all) slice.incoming?.(registry);
  return {
    kinds: all.flatMap(({ work = [] }) => work.map(({ name }) => name)),
    probes: all.flatMap(({ probes = [] }) => probes),
    exports: all.flatMap(({ exports }) => exports ?? []),
    erasures: all.flatMap(({ erase }) => erase ?? []),
    credentials: all.flatMap(({ credentials }) => credentials ?? []),
    incoming: registry,
  };
}
