import { connect, isIP, type Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { buildConnector } from "undici";
import { type EgressPolicy, isAllowedAddress } from "./address.ts";
import { EgressError } from "./errors.ts";
import { guardedLookup, type ResolveHost } from "./resolve.ts";

export interface ConnectorOptions {
  policy: EgressPolicy;
  resolve: ResolveHost;
  /** For name resolution, TCP and TLS together. */
  timeoutMs: number;
  /** Extra trust anchors, for tests with their own certificates. */
  tls?: Pick<ConnectionOptions, "ca">;
}

/**
 * Opens connections to allowed addresses only. Three checks, each needed: an address written in the URL (Node never
 * asks `lookup` about those), every address a name resolves to, and the address really connected to, before a byte
 * of TLS or HTTP is sent. Proxy environment variables have no effect here.
 */
export function createGuardedConnector(options: ConnectorOptions): buildConnector.connector {
  const { policy, resolve, timeoutMs } = options;
  const lookup = guardedLookup(resolve, policy);
  // undici's own connector still does the TLS part, for its session cache; the socket is handed to it connected.
  const upgrade = buildConnector({ ...options.tls, timeout: timeoutMs, allowH2: false });

  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0 && !isAllowedAddress(host, policy)) {
      callback(new EgressError("refused_address", "The address is not allowed"), null);
      return;
    }
    const secure = target.protocol === "https:";
    const port = Number(target.port) || (secure ? 443 : 80);
    const socket = connect({ host, port, lookup, noDelay: true, keepAlive: true, autoSelectFamily: true });
    const timer = setTimeout(() => {
      socket.destroy(new EgressError("connect_timeout", `No connection within ${timeoutMs} ms`));
    }, timeoutMs);

    let settled = false;
    const settle = (error: Error | null, connected: Socket | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (connected !== null) callback(null, connected);
      else {
        socket.destroy();
        callback(error ?? new EgressError("connect", "The connection was closed"), null);
      }
    };
    socket.on("error", (error) => settle(error, null));
    socket.once("close", () => settle(null, null));
    socket.once("connect", () => {
      if (!isAllowedAddress(socket.remoteAddress ?? "", policy)) {
        settle(new EgressError("refused_address", "The address is not allowed"), null);
      } else if (secure) {
        upgrade({ ...target, httpSocket: socket }, (error, encrypted) => {
          if (error === null) settle(null, encrypted);
          else settle(tlsFailure(error), null);
        });
      } else settle(null, socket);
    });
  };
}

function tlsFailure(error: Error): Error {
  if (error instanceof EgressError) return error;
  return new EgressError("tls", `TLS failed: ${error.message}`, { cause: error });
}
