import {
  PluginError,
  throwForStatus,
  type HttpResponse,
  type PluginErrorCode,
  type RateLimitScope,
} from "@musicverse/plugin-kit";

type Meaning =
  | { code: Exclude<PluginErrorCode, "RATE_LIMIT" | "VALIDATION">; say?: string }
  | { code: "RATE_LIMIT"; scope: RateLimitScope; waitMinutes?: number }
  | { code: "VALIDATION"; say: string };

/**
 * `base_resp.status_code` → what it means for us. Source: MiniMax's error code table; 1028, 1030 and 2061 are known
 * from its own command line only. The failed calls say so themselves, hence the outcome is never unknown.
 */
const meanings: Readonly<Record<number, Meaning>> = {
  1000: { code: "UPSTREAM" },
  1001: { code: "NETWORK" },
  1002: { code: "RATE_LIMIT", scope: "app" },
  1004: { code: "AUTH_REVOKED" },
  1008: { code: "PERMANENT" },
  1024: { code: "UPSTREAM" },
  1026: {
    code: "CONTENT_POLICY",
    say: "The text touches something that MiniMax does not allow; change the text.",
  },
  1027: {
    code: "CONTENT_POLICY",
    say: "The result was withheld by MiniMax's content policy; change the text.",
  },
  1028: { code: "PERMANENT" },
  1030: { code: "PERMANENT" },
  1033: { code: "UPSTREAM" },
  1039: { code: "RATE_LIMIT", scope: "app" },
  1041: { code: "RATE_LIMIT", scope: "app" },
  1042: { code: "VALIDATION", say: "The text has too many invisible or illegal characters." },
  2013: { code: "VALIDATION", say: "MiniMax does not accept the text or model as they are." },
  2045: { code: "RATE_LIMIT", scope: "app" },
  2049: { code: "AUTH_REVOKED" },
  // The plan's allowance for five hours is used up and nothing says when the next window begins.
  2056: { code: "RATE_LIMIT", scope: "app", waitMinutes: 15 },
  2061: { code: "PERMANENT" },
};

/** Null for a code that is not in the table. */
export const meaningOf = (statusCode: number): Meaning | null => meanings[statusCode] ?? null;

/** Throws for a `base_resp` that is no success. `response` may carry a Retry-After. */
export function throwForCode(statusCode: number, response: HttpResponse, now: Date): never {
  const meaning = meaningOf(statusCode) ?? { code: "UPSTREAM" };
  const message = `MiniMax answered status_code ${statusCode}`;
  const common = { upstream: { status: response.status, code: statusCode }, outcome: "failed" } as const;
  if (meaning.code === "RATE_LIMIT") {
    const wait = meaning.waitMinutes === undefined ? null : new Date(now.getTime() + meaning.waitMinutes * 60_000);
    throw new PluginError("RATE_LIMIT", message, {
      ...common,
      retryAt: response.retryAt ?? wait,
      scope: meaning.scope,
    });
  }
  if (meaning.code === "VALIDATION") {
    throw new PluginError("VALIDATION", message, { ...common, fields: [], publicMessage: meaning.say });
  }
  throw new PluginError(meaning.code, message, { ...common, publicMessage: meaning.say });
}

/** Throws for an HTTP status other than 200; some failures have a readable `base_resp` there too. */
export function throwForHttp(response: HttpResponse, now: Date): never {
  const statusCode = statusCodeIn(response);
  if (statusCode !== null && statusCode !== 0) throwForCode(statusCode, response, now);
  throwForStatus(response, { rateLimitScope: "app", unauthorized: "AUTH_REVOKED" });
}

function statusCodeIn(response: HttpResponse): number | null {
  try {
    const body = response.json() as { base_resp?: { status_code?: unknown } } | null;
    const code = body?.base_resp?.status_code;
    return typeof code === "number" ? code : null;
  } catch {
    return null; // An HTML page of some gateway: the status alone must do.
  }
}
