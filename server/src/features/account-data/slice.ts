import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings, Together } from "../../slice.ts";
import { erasureKind, erasureWork } from "./erasure.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { createPasswordCheck } from "../accounts/index.ts";
import { deleteAccount } from "./deleteAccount.ts";
import type { AccountDataDeps } from "./deps.ts";
import { exportAccount } from "./exportAccount.ts";

export const accountDataSlice = (services: Services, { notify, signInCheck }: Shared) => {
  const { clock, config, db, mailer } = services;
  return {
    api: ({ credentials, exports }: Surroundings) => ({
      routes: routes({
        ...services,
        notify,
        signInCheck,
        endCredentials: credentials.flatMap(({ end }) => end ?? []),
        exports,
      }),
    }),
    work: [
      {
        name: erasureKind,
        open: ({ erasures }: Together) =>
          erasureWork({ db, clock, sendsMail: mailer !== null, leaseMs: config.leaseMs, steps: erasures }),
      },
    ],
  } satisfies Slice;
};

const routes = (deps: AccountDataDeps) =>
  ({
    exportAccount: exportAccount(deps),
    deleteAccount: deleteAccount(deps, createPasswordCheck(deps)),
  }) satisfies Partial<Handlers>;
