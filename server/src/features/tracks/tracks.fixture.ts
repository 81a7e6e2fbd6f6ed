import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import express from "express";
import { pino } from "pino";
import { createTestDatabase } from "../../../test-kit/database.ts";
import type { TestDatabase } from "../../../test-kit/database.ts";
import type { components } from "../../generated/openapi.types.ts";
import { scopes } from "../../generated/scopes.ts";
import { systemClock } from "../../platform/clock/index.ts";
import { createCursors } from "../../platform/http/cursor.ts";
import { errorHandler } from "../../platform/http/error-handler.ts";
import { runOperation } from "../../platform/http/operation.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { readBody } from "../../platform/http/read-body.ts";
import { requestId } from "../../platform/http/request-id.ts";
import { route } from "../../platform/http/route.ts";
import { createProblemJudge } from "../../platform/http/problem-judge.ts";
import { compileValidators, validate } from "../../platform/http/validate.ts";
import { newId } from "../../platform/ids/index.ts";
import { openLocalDisk } from "../../platform/storage/index.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import type { WorkKind, WorkPointer } from "../../platform/work/index.ts";
import { createEmit } from "../events/index.ts";
import { tracksRoutes } from "./index.ts";

export type Track = components["schemas"]["Track"];
export const uploadBytesMax = 400_000;

/** The slice behind the real pipeline, on real Postgres and disk; the caller is named by the header `x-account`. */
export interface TracksApp {
  url: string;
  database: TestDatabase;
  storage: BlobStorage;
  /** A live account and its sandbox; the id of the first. */
  createAccount(): Promise<string>;
  /** What was enqueued, as `kind id`. */
  enqueued: string[];
  /** Every file in the storage directory, with those still arriving. */
  storedFiles(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startTracks(): Promise<TracksApp> {
  const database = await createTestDatabase();
  const directory = await mkdtemp(path.join(tmpdir(), "musicverse-tracks-"));
  const storage = await openLocalDisk({ directory, clock: systemClock });
  const enqueued: string[] = [];
  const routes = tracksRoutes({
    db: database.db,
    storage,
    cursors: createCursors([{ key: Buffer.alloc(32, 7) }]),
    emit: createEmit({ clock: systemClock, fanOut: null }),
    work: { enqueue: async (kind, { id }) => void enqueued.push(`${kind} ${id}`) },
    beforeDelete: async () => {},
    uploadBytesMax,
  });
  const server = createServer(pipeline(routes, database)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    database,
    storage,
    enqueued,
    createAccount: () => createAccount(database),
    storedFiles: async () => {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return files.map((entry) => `${path.basename(entry.parentPath)}/${entry.name}`);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function pipeline(routes: Partial<Handlers>, { db }: TestDatabase): express.Express {
  const app = express();
  app.use(requestId, route());
  app.use((request, _response, next) => {
    const accountId = String(request.headers["x-account"]);
    const nobody = { keyId: null, sessionId: null, userId: null, expiresAt: null };
    const rights = { mode: "live", scopes: new Set(scopes) } as const;
    request.context.principal = { kind: "api_key", accountId, ...rights, ...nobody };
    next();
  });
  const keyRing = { encrypt: (plain: string) => plain, decrypt: (text: string) => text };
  const authenticator = { authenticate: () => Promise.reject(new Error("there are no credentials here")) };
  app.use(
    readBody({ timeoutMs: 20_000 }),
    validate(compileValidators()),
    runOperation({ handlers: routes, db, keyRing, authenticator, clock: systemClock }),
  );
  app.use(errorHandler({ log: pino({ level: "silent" }), judge: createProblemJudge() }));
  return app;
}

async function createAccount({ db }: TestDatabase): Promise<string> {
  const [live, test] = [newId(), newId()];
  await db.asSystem("test accounts", (tx) =>
    tx.query(
      `insert into accounts (id, mode, twin_id, name)
       values ($1, 'live', $2, 'Tester'), ($2, 'test', $1, 'Tester')`,
      [live, test],
    ),
  );
  return live;
}

const delayUntil = (): never => {
  throw new Error("not expected to wait");
};

/** What a worker does with one pointer: claim it, run it. False: there was nothing to claim. */
export async function workOnce<C>(kind: WorkKind<C>, pointer: WorkPointer): Promise<boolean> {
  const claim = await kind.claim(pointer);
  if (!claim) return false;
  await kind.run(claim, {
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    log: pino({ level: "silent" }),
    delayUntil,
  });
  return true;
}
