/** What Stripe answers when it refuses: `{ error: { type, code?, message, param? } }`. */
export class StripeFault extends Error {
  readonly status: number;
  readonly body: { error: Record<string, unknown> };

  constructor(
    status: number,
    error: { type: string; message: string; code?: string; param?: string; decline_code?: string },
  ) {
    super(error.message);
    this.name = "StripeFault";
    this.status = status;
    this.body = {
      error: {
        ...error,
        ...(error.code !== undefined && {
          doc_url: `https://docs.stripe.com/error-codes/${error.code.replaceAll("_", "-")}`,
        }),
      },
    };
  }
}

export const invalid = (message: string, param?: string, code?: string): StripeFault =>
  new StripeFault(400, {
    type: "invalid_request_error",
    message,
    ...(param !== undefined && { param }),
    ...(code !== undefined && { code }),
  });

export const missing = (kind: string, id: string, param = "id"): StripeFault =>
  new StripeFault(404, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${kind}: '${id}'`,
    param,
  });
