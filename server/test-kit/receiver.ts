import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface ReceivedDelivery {
  body: string;
  headers: Record<string, string>;
  event: { id: string; type: string; data: Record<string, unknown> };
}

export interface Receiver {
  url: string;
  /** Everything received so far, in order of arrival. */
  received: ReceivedDelivery[];
  /** The first delivery, past or future, that fits. */
  next(fits: (delivery: ReceivedDelivery) => boolean): Promise<ReceivedDelivery>;
  /** How it answers from now on; the default is 204. */
  answer(with_: (request: IncomingMessage, response: ServerResponse) => void): void;
  close(): Promise<void>;
}

const WAIT_MS = 60_000;

/** A subscriber on loopback that keeps what it gets. */
export async function startReceiver(): Promise<Receiver> {
  const received: ReceivedDelivery[] = [];
  const waiting = new Set<() => void>();
  let respond = (_request: IncomingMessage, response: ServerResponse) => void response.writeHead(204).end();

  const server = createServer((request, response) => {
    void text(request).then(
      (body) => {
        received.push({ body, headers: request.headers as Record<string, string>, event: JSON.parse(body) });
        respond(request, response);
        for (const wake of waiting) wake();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    next: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = received.find(fits);
          if (!found) return;
          clearTimeout(late);
          waiting.delete(look);
          resolve(found);
        };
        const late = setTimeout(() => {
          waiting.delete(look);
          reject(
            new Error(
              `no such delivery within ${WAIT_MS} ms; received: ${received.map(({ event }) => event.type).join(", ")}`,
            ),
          );
        }, WAIT_MS);
        waiting.add(look);
        look();
      }),
    answer: (with_) => {
      respond = (request, response) => void with_(request, response);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
