import { invalidField } from "../../platform/http/problem.ts";

/** `expires_at` of a request; null stays null (never). */
export function futureDate(text: string | null, now: Date): Date | null {
  if (text === null) return null;
  const date = new Date(text);
  if (date > now) return date;
  throw invalidField(
    "/body/expires_at",
    "not_in_the_future",
    "Give a time in the future, or null for a key that does not expire.",
  );
}
