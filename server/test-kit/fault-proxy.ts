import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { Transform } from "node:stream";

/** Stands between a client and a TCP server of this test, and gets in their way. */
export interface FaultProxy {
  port: number;
  /** Everything that the server answers from now on comes so much later. */
  slow(ms: number): void;
  /** Ends what is open and refuses what comes, until `up`. */
  down(): void;
  up(): void;
  /** Ends what is open; new connections are let through. */
  cut(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  const open = new Set<Socket>();
  let delayMs = 0;
  let isDown = false;
  const later = () =>
    new Transform({
      transform(chunk, _encoding, done) {
        if (delayMs === 0) done(null, chunk);
        else setTimeout(done, delayMs, null, chunk);
      },
    });
  const server = createServer((client) => {
    client.on("error", () => client.destroy());
    if (isDown) return void client.resetAndDestroy();
    const upstream = connect(target);
    upstream.on("error", () => client.destroy());
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
    }
    client.pipe(upstream);
    upstream.pipe(later()).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => open.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    slow: (ms) => {
      delayMs = ms;
    },
    down: () => {
      isDown = true;
      cut();
    },
    up: () => {
      isDown = false;
    },
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
