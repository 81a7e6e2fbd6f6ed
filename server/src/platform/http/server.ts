import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Express } from "express";

export interface HttpServer {
  url: string;
  /** Stops accepting, lets requests in flight finish (at most `timeoutMs`), then closes. Resolves when all is closed. */
  close(timeoutMs: number): Promise<void>;
}

export interface ListenOptions {
  host: string;
  port: number;
  /** Setting that the port comes from. */
  variable?: string;
  /** A connection with a request that moves no byte for so long, in either direction, is closed. */
  stallTimeoutMs: number;
}

/** Listens with limits that keep clients who send or read slowly from holding connections. A taken port is named. */
export async function listen(
  app: Express,
  { host, port, variable = "PORT", stallTimeoutMs }: ListenOptions,
): Promise<HttpServer> {
  const server = createServer(
    { headersTimeout: 15_000, requestTimeout: 600_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 },
    app,
  );
  // The others end with the request; nothing but this one looks at who does not read the answer.
  server.timeout = stallTimeoutMs;
  const silent = silentSockets(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new Error(
              `Port ${port} on ${host} is taken. Stop the program that listens there, or set ${variable} to another number.`,
              { cause: error },
            )
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shownHost = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return { url: `http://${shownHost}:${address.port}`, close: (timeoutMs) => close(server, silent, timeoutMs) };
}

/** Connections that were opened ahead and have asked for nothing yet; to the server they are busy, not idle. */
function silentSockets(server: Server): Set<Socket> {
  const silent = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", ({ socket }) => silent.delete(socket));
  return silent;
}

function close(server: Server, silent: ReadonlySet<Socket>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
    // A kept-alive connection becomes idle when its last answer is out, which no event tells.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
    }, 50);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve();
    });
  });
}
