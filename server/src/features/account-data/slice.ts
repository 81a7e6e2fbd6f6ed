import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings, Together } from "../../slice.ts";
import { erasureKind, erasureWork } from "./erasure.ts";
import { accountDataRoutes } from "./routes.ts";

export const accountDataSlice = (services: Services, { notify, signInCheck }: Shared) => {
  const { clock, config, db, mailer } = services;
  return {
    api: ({ credentials, exports }: Surroundings) => ({
      routes: accountDataRoutes({
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
