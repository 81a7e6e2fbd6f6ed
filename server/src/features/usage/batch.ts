import { newId } from "../../platform/ids/index.ts";
import type { FinishedRequest } from "../../platform/http/access-log.ts";
import type { Principal } from "../../platform/http/context.ts";
import { MINUTE_MS } from "../../platform/time/index.ts";

/** Requests of one kind that ended in one minute, as they are stored; the arrays have one order. */
export interface UsageRow {
  id: string;
  /** Start of the minute, ms since 1970. */
  minute: number;
  accountId: string;
  mode: string | null;
  credential: string | null;
  keyId: string | null;
  clientId: string | null;
  sessionId: string | null;
  operation: string | null;
  method: string;
  status: number;
  problem: string | null;
  agent: string | null;
  deprecated: boolean;
  replayed: boolean;
  requests: number;
  bytesIn: number;
  bytesOut: number;
  lastAt: number;
  endsMs: number[];
  latenciesUs: number[];
  eachBytesIn: number[];
  eachBytesOut: number[];
  requestIds: string[];
}

/** Who stands for nobody: a request without a credential, or with a wrong one. */
export const nobody = "00000000-0000-0000-0000-000000000000";

type Kind = Omit<FinishedRequest, "endedAt" | "latencyUs" | "bytesIn" | "bytesOut" | "requestId">;

/** Requests alike, each with its own figures at one index of the arrays. */
interface Group {
  kind: Kind;
  minute: number;
  endsMs: number[];
  latenciesUs: number[];
  bytesIn: number[];
  bytesOut: number[];
  requestIds: string[];
}

interface Caller {
  /** What it asked for last, which is most often what it asks for next. */
  last: Group | null;
  groups: Map<string, Group>;
}

const LATENCY_MAX_US = 2 ** 31 - 1;

/**
 * Collects finished requests until they are stored together. What many requests have in common is kept once, so that a
 * request costs five pushes here and about as many numbers there.
 */
export class Batch {
  size = 0;
  #minute = 0;
  /** Of the present minute. A credential's principal is one object for as long as it is cached: mostly this finds it. */
  #byPrincipal = new Map<Kind["principal"], Caller>();
  /** A credential that was looked up again is the same caller, and has no rows of its own. */
  #byCredential = new Map<string, Caller>();
  readonly #groups: Group[] = [];

  add(request: FinishedRequest): void {
    const minute = request.endedAt - (request.endedAt % MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#byPrincipal = new Map();
      this.#byCredential = new Map();
    }
    const caller = this.#byPrincipal.get(request.principal) ?? this.#callerOf(request.principal);
    const group = caller.last && isOf(caller.last.kind, request) ? caller.last : this.#groupOf(caller, request, minute);
    caller.last = group;
    group.endsMs.push(request.endedAt - minute);
    group.latenciesUs.push(Math.min(request.latencyUs, LATENCY_MAX_US));
    group.bytesIn.push(request.bytesIn);
    group.bytesOut.push(request.bytesOut);
    group.requestIds.push(request.requestId);
    this.size += 1;
  }

  #callerOf(principal: Kind["principal"]): Caller {
    const credential = principal ? Object.values(credentialOf(principal)).join(" ") : "";
    const caller = this.#byCredential.get(credential) ?? { last: null, groups: new Map() };
    this.#byCredential.set(credential, caller);
    this.#byPrincipal.set(principal, caller);
    return caller;
  }

  #groupOf({ groups }: Caller, request: FinishedRequest, minute: number): Group {
    const { principal, operation, method, status, problem, agent, replayed, deprecated } = request;
    const key = `${operation} ${status} ${method} ${problem} ${replayed} ${agent}`;
    let group = groups.get(key);
    if (!group) {
      const kind = { principal, operation, method, status, problem, agent, replayed, deprecated };
      group = { kind, minute, endsMs: [], latenciesUs: [], bytesIn: [], bytesOut: [], requestIds: [] };
      groups.set(key, group);
      this.#groups.push(group);
    }
    return group;
  }

  /** Each row with an id of its own: whoever stores it twice has stored it once. */
  rows(): UsageRow[] {
    return this.#groups.map(({ kind, minute, endsMs, latenciesUs, bytesIn, bytesOut, requestIds }) => ({
      id: newId(),
      minute,
      ...(kind.principal ? credentialOf(kind.principal) : withoutCredential),
      operation: kind.operation,
      method: kind.method,
      status: kind.status,
      problem: kind.problem,
      agent: kind.agent,
      deprecated: kind.deprecated,
      replayed: kind.replayed,
      requests: endsMs.length,
      bytesIn: sum(bytesIn),
      bytesOut: sum(bytesOut),
      lastAt: minute + (endsMs.at(-1) ?? 0),
      endsMs,
      latenciesUs,
      eachBytesIn: bytesIn,
      eachBytesOut: bytesOut,
      requestIds,
    }));
  }
}

/** What a row tells of whoever asked, and so what sets callers apart. `clientId`: the OAuth app that a token was given to. */
function credentialOf({ accountId, mode, kind, keyId, clientId, sessionId }: Principal) {
  return { accountId, mode, credential: kind, keyId, clientId: clientId ?? null, sessionId };
}

const withoutCredential = {
  accountId: nobody,
  mode: null,
  credential: null,
  keyId: null,
  clientId: null,
  sessionId: null,
};

function isOf(kind: Kind, { operation, status, method, problem, agent, replayed }: FinishedRequest): boolean {
  return (
    kind.operation === operation &&
    kind.status === status &&
    kind.method === method &&
    kind.problem === problem &&
    kind.agent === agent &&
    kind.replayed === replayed
  );
}

function sum(values: number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
