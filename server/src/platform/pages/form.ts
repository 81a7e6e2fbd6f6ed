import type { IncomingMessage } from "node:http";
import { lateBodyText, whenBodyIsLate } from "../http/late-body.ts";
import { ProblemError } from "../http/problem.ts";

/** Largest form, in bytes: addresses, passwords, a token. */
const BYTES_MAX = 16_384;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?$/i;

export type Form = ReadonlyMap<string, string>;

/**
 * Reads the body of a posted form. A field that comes twice is refused: parts that read different ones of the two would
 * disagree about what was asked.
 * @throws ProblemError unsupported_media_type, body_too_large, body_timeout, form_rejected
 */
export async function readForm(request: IncomingMessage, { timeoutMs }: { timeoutMs: number }): Promise<Form> {
  if (!FORM_TYPE.test(request.headers["content-type"] ?? "")) {
    throw new ProblemError("unsupported_media_type", {
      detail: "Send the form as application/x-www-form-urlencoded, as browsers do.",
    });
  }
  const late = Promise.withResolvers<never>();
  whenBodyIsLate(request, timeoutMs, () =>
    late.reject(new ProblemError("body_timeout", { detail: lateBodyText(timeoutMs) })),
  );
  const body = await Promise.race([readText(request), late.promise]);
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name))
      throw new ProblemError("form_rejected", {
        detail: "A field of the form came twice. Go back and send it once more.",
      });
    // No keyboard types it, and no text column holds it.
    if (value.includes("\0"))
      throw new ProblemError("form_rejected", {
        detail: "A field of the form contains the character U+0000. Go back and remove it.",
      });
    form.set(name, value);
  }
  return form;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX)
      throw new ProblemError("body_too_large", {
        detail: `The form is over ${BYTES_MAX.toLocaleString("en")} bytes. Send less.`,
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
