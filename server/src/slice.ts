import type { EraseStep, Exported } from "./features/account-data/index.ts";
import type { EndCredentials } from "./features/accounts/index.ts";
import type { Probe } from "./features/health/index.ts";
import type { IncomingRegistry } from "./features/incoming-events/index.ts";
import type { Handlers } from "./platform/http/operation.ts";
import type { PageRoute, PagesHandler } from "./platform/pages/index.ts";
import type { Chore, WorkKind } from "./platform/work/index.ts";

/**
 * All that the rest of the server has to know of one capability. Nothing about a slice is listed anywhere else. Making it opens
 * nothing: `api` is called in processes that serve HTTP, `work` and `chores` in those that work.
 */
export interface Slice {
  api?: (at: Surroundings) => ApiPart;
  work?: readonly WorkEntry[];
  /** Done by each worker now and then, in no order. */
  chores?: readonly Chore[];
  /** Done by every process, whatever it serves. */
  everywhere?: readonly Chore[];
  probes?: readonly Probe[];
  /** Subscribes to events of providers. */
  incoming?: (registry: IncomingRegistry) => void;
  /** For a slice that gives out credentials, or data to elsewhere. */
  credentials?: {
    /** When the account is deleted. */
    end?: EndCredentials;
    /** What was made before an address was first proven. */
    endUnproven?: EndCredentials;
  };
  /** What an account gets that asks for its data. */
  exports?: Exported;
  /** What the erasure of an account does besides deleting the rows of every table of tenants. */
  erase?: EraseStep;
}

/** What a slice gives to a process that serves HTTP. */
export interface ApiPart {
  /** Every operation of the spec is in one slice's routes; a missing one does not compile. */
  routes: Partial<Handlers>;
  /** What browsers are shown. */
  pages?: readonly PageRoute[];
  /** Their own short ways beside the operations, e.g. of an authorization server. */
  mounts?: readonly PagesHandler[];
  /** Ends answers that would go on for as long as their subject does. */
  endStreams?: () => void;
  close?: () => void | Promise<void>;
}

/** A kind of work by its name, which is known without opening what it needs. */
export interface WorkEntry {
  /** Name of the kind and of its queue. */
  name: string;
  /** The plugin whose work it is: done by `worker --plugins` too, which does nothing else. */
  plugin?: string;
  /** Null: this process cannot do it. What it opens for itself it closes with `closing`. */
  open: (all: Together, closing: Pick<AsyncDisposableStack, "defer">) => WorkKind<unknown> | null;
}

/** What all slices say together, for the few that serve the others. */
export interface Together {
  /** Names of all kinds of work. */
  kinds: readonly string[];
  probes: readonly Probe[];
  exports: readonly Exported[];
  erasures: readonly EraseStep[];
  credentials: readonly NonNullable<Slice["credentials"]>[];
  incoming: IncomingRegistry;
}

export interface Surroundings extends Together {
  stopping(): boolean;
  /** The origin under which the world reaches this process; known once it listens. */
  publicUrl(): string;
}
