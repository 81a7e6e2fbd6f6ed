import { errors } from "undici";

/**
 * Why an exchange failed, as far as the owner of the target may know. A target that the guard refused is always
 * `refused_address`, whatever listens there: the answer must not map a private network.
 */
export type EgressErrorCode =
  | "dns"
  | "refused_address"
  | "connect"
  | "connect_timeout"
  | "tls"
  | "reset"
  | "timeout"
  | "invalid_response"
  | "canceled"
  | "unknown";

export class EgressError extends Error {
  readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EgressError";
    this.code = code;
  }
}

const byCode: Record<string, EgressErrorCode> = {
  ECONNREFUSED: "connect",
  EHOSTUNREACH: "connect",
  ENETUNREACH: "connect",
  EADDRNOTAVAIL: "connect",
  ETIMEDOUT: "connect_timeout",
  UND_ERR_CONNECT_TIMEOUT: "connect_timeout",
  ECONNRESET: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_HEADERS_OVERFLOW: "invalid_response",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "invalid_response",
  UND_ERR_DESTROYED: "canceled",
  UND_ERR_CLOSED: "canceled",
};

/** Sorts any failure of a connection or an exchange into the closed list. */
export function classifyFailure(error: unknown): EgressErrorCode {
  if (error instanceof EgressError) return error.code;
  // Happy eyeballs reports one error per address tried: they failed alike for our purpose.
  if (error instanceof AggregateError) return classifyFailure(error.errors[0]);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof errors.HTTPParserError) return "invalid_response";
  return byCode[code] ?? "unknown";
}
