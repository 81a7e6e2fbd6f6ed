import { ok, type Handler } from "../../platform/http/operation.ts";
import { planIds } from "../plans/index.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { projectionOf } from "./revise.ts";
import { selectEntitlements, toEntitlement, type EntitlementRow } from "./store.ts";
import { selectSubscription, type SubscriptionRow } from "./sync/subscription-store.ts";

export const getSubscription =
  ({ db, clock }: Pick<EntitlementsDeps, "db" | "clock">): Handler<"getSubscription"> =>
  async ({ principal: { accountId } }) => {
    const [[subscription], held] = await Promise.all([
      db.readTenant<SubscriptionRow>(accountId, selectSubscription(accountId)),
      db.readTenant<EntitlementRow>(accountId, selectEntitlements(accountId)),
    ]);
    const { boostExpiresAt } = projectionOf(held.map(toEntitlement), clock.now());
    return ok({
      object: "subscription" as const,
      status: subscription?.status ?? "none",
      plan: planIds.find((id) => id === subscription?.plan) ?? null,
      current_period_start: iso(subscription?.current_period_start),
      current_period_end: iso(subscription?.current_period_end),
      cancels_at: iso(subscription?.cancels_at),
      ended_at: iso(subscription?.ended_at),
      boost_ends_at: iso(boostExpiresAt),
      synced_at: iso(subscription?.synced_at),
    });
  };

const iso = (date: Date | null | undefined) => date?.toISOString() ?? null;
