import { mailKind } from "./mail.ts";
import type { Services } from "../../services.ts";
import type { Slice } from "../../slice.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { ownerAddress } from "../accounts/index.ts";
import { exported } from "./exports.ts";
import { forgetMails } from "./maintenance.ts";
import { outboxPage } from "./outbox.ts";
import { mailWork } from "./work.ts";

export const notificationsSlice = ({ clock, config, db, keyRing, mailer }: Services) => {
  const deps = { db, keyRing, ownerAddress: (accountId: string) => ownerAddress(db, accountId) };
  return {
    api: () => ({ routes: {}, pages: config.mailOutbox ? [outboxPage(deps)] : [] }),
    work: [{ name: mailKind, open: () => mailer && mailWork({ ...deps, clock, mailer }) }],
    chores: [{ name: "forget mails", everyMs: HOUR_MS, run: () => forgetMails({ db, clock }) }],
    exports: exported,
  } satisfies Slice;
};
