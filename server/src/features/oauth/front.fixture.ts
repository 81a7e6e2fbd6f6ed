import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What stands before the processes of a deployment: an address that stays, whichever of them answers. */
export interface Front {
  url: string;
  /** From now on this process answers; connections to the one before are cut. */
  to(process: { url: string }): Promise<void>;
  close(): void;
}

export async function startFront(): Promise<Front> {
  let port = 0;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      open.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => {
          open.delete(socket);
          near.destroy();
          far.destroy();
        });
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => open.forEach((socket) => socket.destroy());
  return {
    url,
    to: async (process) => {
      port = Number(new URL(process.url).port);
      cut();
      // A connection that is kept alive may learn only now that it was cut.
      while (
        !(await fetch(`${url}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ))
      );
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
