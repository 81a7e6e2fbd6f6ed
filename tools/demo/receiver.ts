import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Delivery {
  /** Exactly the bytes that were signed. */
  body: string;
  headers: Record<string, string>;
}

/** A small webhook endpoint on loopback: answers 204 at once and lets the caller look at what came. */
export async function receiveWebhooks() {
  const deliveries: Delivery[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      deliveries.push({ body, headers: request.headers as Record<string, string> });
      response.writeHead(204).end();
      arrived.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    /** The first delivery for which `pick` gives a value, past or future. */
    next: async <T>(pick: (delivery: Delivery) => Promise<T | null>, timeoutMs: number): Promise<T> => {
      const late = setTimeout(
        () => arrived.reject(new Error(`No webhook arrived within ${timeoutMs / 1000} s.`)),
        timeoutMs,
      );
      try {
        for (let seen = 0; ;) {
          for (; seen < deliveries.length; seen += 1) {
            const delivery = deliveries[seen];
            const picked = delivery && (await pick(delivery));
            if (picked) return picked;
          }
          await arrived.promise;
          arrived = Promise.withResolvers();
        }
      } finally {
        clearTimeout(late);
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
