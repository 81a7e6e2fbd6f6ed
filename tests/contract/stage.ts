import type { TestAccount, TestApp } from "../../server/test-kit/app.ts";
import type { MailServer } from "../../server/test-kit/mail-server.ts";
import type { Receiver } from "../../server/test-kit/receiver.ts";

/** What the operations are tried on; filled in before the tests run. */
export interface Stage {
  app: TestApp;
  account: TestAccount;
  receiver: Receiver;
  mail: MailServer;
}

/** Who has no account yet, in a network of their own: all of them together ask more often than one network may. */
export const visitorFrom = (app: TestApp, ip: string) =>
  app.client(null, { defaultHeaders: { "X-Forwarded-For": ip } });
