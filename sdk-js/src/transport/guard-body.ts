import type { Deadline } from "./deadline.ts";

/**
 * Keeps the deadline on a body that the caller reads piece by piece: the limit counts the wait for each piece (a
 * stalled connection ends, a long download does not), and the pauses of a slow reader do not count.
 */
export function guardBody(response: Response, deadline: Deadline, target: string): Response {
  const reader = response.body?.getReader();
  if (!reader) {
    deadline.clear();
    return response;
  }
  deadline.pause();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        deadline.restart();
        try {
          const next = await reader.read();
          deadline.pause();
          if (!next.done) return controller.enqueue(next.value);
          deadline.clear();
          controller.close();
        } catch (cause) {
          deadline.clear();
          controller.error(deadline.explain(cause, target));
        }
      },
      async cancel(reason) {
        deadline.clear();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
}
