import { invalidField } from "../../platform/http/problem.ts";

/** Stripe puts the session's id there. */
const PLACEHOLDER = "{CHECKOUT_SESSION_ID}";

interface Allowed {
  returnOrigins: readonly string[];
  publicUrl: () => string;
}

/**
 * The address as it was given, when the operator allows its origin: people must not be sent from a page of payment to
 * wherever a stolen key wants. Throws ProblemError validation_failed.
 */
export function allowedReturnUrl(
  field: "success_url" | "cancel_url" | "return_url",
  given: string,
  { returnOrigins, publicUrl }: Allowed,
): string {
  const url = URL.parse(given.replaceAll(PLACEHOLDER, "cs"));
  const own = new URL(publicUrl());
  const allowed =
    url !== null &&
    url.username === "" &&
    url.password === "" &&
    (url.origin === own.origin || returnOrigins.includes(url.origin) || (isLoopback(own) && isLoopback(url)));
  if (!allowed) {
    throw invalidField(
      `/body/${field}`,
      "origin_not_allowed",
      "This origin is not allowed. The operator lists the allowed ones in BILLING_RETURN_ORIGINS.",
    );
  }
  return given;
}

const isLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
