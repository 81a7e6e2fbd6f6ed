import type { IncomingMessage } from "node:http";

/**
 * Calls `late` when the body of a request is not there `timeoutMs` after this. Byte by byte, a few callers could hold
 * thousands of connections for as long as an upload may take.
 */
export function whenBodyIsLate(request: IncomingMessage, timeoutMs: number, late: () => void): void {
  if (request.complete) return;
  const timer = setTimeout(() => !request.complete && late(), timeoutMs);
  request.once("close", () => clearTimeout(timer));
}

export const lateBodyText = (timeoutMs: number): string =>
  `The body did not arrive within ${timeoutMs / 1000} seconds. Send it in one go.`;
