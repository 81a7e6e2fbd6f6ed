import type { Bucket } from "../../platform/limiter/index.ts";
import type { Rate } from "../plans/index.ts";

/** Who set a number: the plan, somebody by hand, the sandbox's own rate, or the platform for everybody. */
export type LimitSource = "plan" | "override" | "sandbox" | "platform";

/** A bucket of one caller, with where its number comes from. */
export interface Window extends Bucket {
  name: string;
  source: LimitSource;
}

/** `tag`: what all windows of one request share, so that a Redis Cluster keeps them on one node. */
export function windowOf(
  tag: string,
  name: string,
  { max, seconds }: Rate,
  source: LimitSource,
  member = name,
): Window {
  return { key: `{${tag}}:${member}`, name, capacity: max, refill: max, intervalMs: seconds * 1000, source };
}
