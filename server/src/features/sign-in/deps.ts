import type { Clock } from "../../platform/clock/index.ts";
import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { Notify } from "../notifications/index.ts";

export interface SignInDeps {
  db: Database;
  clock: Clock;
  keyRing: KeyRing;
  limiter: Limiter;
  log: Logger;
  plugins: PluginHost;
  notify: Notify;
  config: {
    /** Where browsers may be sent after the provider. */
    signInRedirectUris: readonly string[];
    /** Whether a simulator may stand in for a provider that is not configured. */
    signInSimulator: boolean;
  };
  /** Where the provider sends the browser back to. */
  publicUrl(): string;
}
