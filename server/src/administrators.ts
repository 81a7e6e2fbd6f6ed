import { setAdministrator } from "./features/accounts/index.ts";
import { systemClock } from "./platform/clock/index.ts";
import type { Config } from "./config.ts";
import { createDatabase } from "./platform/db/index.ts";
import { createLogger } from "./platform/log/index.ts";

/** `admin grant <email>` and `admin revoke <email>`, on the database of DATABASE_URL. */
export async function changeAdministrator(config: Config, [verb, email, ...more]: string[]): Promise<void> {
  if ((verb !== "grant" && verb !== "revoke") || email === undefined || more.length > 0) {
    throw new Error(
      "admin takes grant or revoke and the e-mail address of an account: musicverse-server admin grant ada@example.com",
    );
  }
  const isAdmin = verb === "grant";
  const log = createLogger({ level: "warn", name: "musicverse" });
  const db = createDatabase({ url: config.databaseUrl, poolMax: 1, log });
  try {
    const outcome = await db.asSystem("the command line changes an administrator", (tx) =>
      setAdministrator(tx, { email, isAdmin, at: systemClock.now() }),
    );
    if (outcome === "unknown")
      throw new Error(`No account has the address ${email}. Sign up with it first, or check its spelling.`);
    const now = isAdmin ? "a platform administrator" : "not a platform administrator";
    console.log(outcome === "unchanged" ? `${email} is already ${now}.` : `${email} is now ${now}.`);
  } finally {
    await db.close();
  }
}
