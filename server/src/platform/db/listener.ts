import { Client } from "pg";
import type { Logger } from "../log/index.ts";
import type { Database } from "./types.ts";

export interface Listener {
  listen: Database["listen"];
  close(): Promise<void>;
}

interface Subscription {
  handler: (payload: string) => void;
  onReset: (() => void) | undefined;
  onLost: (() => void) | undefined;
}

const RECONNECT_MS = { first: 50, max: 5_000 };
/** A connection that died without a word (a pulled cable) is noticed after at most twice this. */
const HEARTBEAT_MS = 2_000;

// The declared type of a query lacks the time limit that the client reads from it.
const BEAT: { text: string; query_timeout: number } = { text: "select 1", query_timeout: HEARTBEAT_MS };

/** LISTEN on one connection of its own, opened with the first subscription and reopened for as long as one exists. */
export function createListener(url: string, log: Logger): Listener {
  const channels = new Map<string, Set<Subscription>>();
  let client: Client | undefined;
  let ready = false;
  let closed = false;
  let retryMs = RECONNECT_MS.first;
  let retry: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const subscribe = async (connection: Client, channel: string, subscriptions: Iterable<Subscription>) => {
    await connection.query(`LISTEN ${connection.escapeIdentifier(channel)}`);
    for (const { onReset } of subscriptions) if (onReset) guarded(onReset);
  };

  /** A subscriber's mistake must not take the connection, or the process, away from the others. */
  const guarded = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      log.error({ err: error }, "notification handler failed");
    }
  };

  const lost = (connection: Client, error?: unknown): void => {
    if (closed || connection !== client) return;
    client = undefined;
    ready = false;
    clearInterval(heartbeat);
    log.warn({ err: error, retryMs }, "notification connection lost; reconnecting");
    for (const subscriptions of channels.values()) for (const { onLost } of subscriptions) if (onLost) guarded(onLost);
    connection.end().catch(() => undefined);
    retry = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, RECONNECT_MS.max);
  };

  const connect = (): void => {
    retry = undefined;
    const connection = new Client({
      connectionString: url,
      keepAlive: true,
      // Several subscriptions may start at once; only a pipelining client takes a query while another one runs.
      pipeline: true,
      application_name: "musicverse listen",
    });
    client = connection;
    connection.on("error", (error) => lost(connection, error));
    connection.on("end", () => lost(connection));
    connection.on("notification", ({ channel, payload }) => {
      for (const { handler } of channels.get(channel) ?? []) guarded(() => handler(payload ?? ""));
    });
    const start = async () => {
      await connection.connect();
      ready = true;
      heartbeat = setInterval(() => {
        connection.query(BEAT).catch((error: unknown) => lost(connection, error));
      }, HEARTBEAT_MS);
      for (const [channel, subscriptions] of channels) await subscribe(connection, channel, subscriptions);
      retryMs = RECONNECT_MS.first;
    };
    start().catch((error: unknown) => lost(connection, error));
  };

  return {
    listen: (channel, handler, onReset, onLost) => {
      if (closed) throw new Error("The database is closed.");
      const subscription = { handler, onReset, onLost };
      const known = channels.get(channel);
      if (known) known.add(subscription);
      else channels.set(channel, new Set([subscription]));
      const connection = client;
      if (connection && ready) {
        subscribe(connection, channel, [subscription]).catch((error: unknown) => lost(connection, error));
      } else if (!connection && !retry) connect();
      return () => {
        const subscriptions = channels.get(channel);
        if (!subscriptions?.delete(subscription) || subscriptions.size > 0) return;
        channels.delete(channel);
        if (client && ready) {
          const name = client.escapeIdentifier(channel);
          client.query(`UNLISTEN ${name}`).catch((error: unknown) => log.debug({ err: error }, "unlisten failed"));
        }
      };
    },
    close: async () => {
      closed = true;
      clearTimeout(retry);
      clearInterval(heartbeat);
      await client?.end();
    },
  };
}
