import type { Adapter } from "oidc-provider";
import type { Clock } from "../../../platform/clock/index.ts";
import type { KeyRing } from "../../../platform/crypto/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { EmitEvent } from "../../events/index.ts";
import { browserStates } from "./browser-states.ts";
import { clients } from "./clients.ts";
import { grants } from "./grants.ts";
import { tokens } from "./tokens.ts";

export interface AdapterDeps {
  db: Database;
  clock: Clock;
  keyRing: KeyRing;
  emit: EmitEvent;
}

/** Where the library keeps its models. Ids that open something are stored as hashes only. */
export function createAdapter(deps: AdapterDeps): (model: string) => Adapter {
  return (model) => {
    switch (model) {
      case "Client":
        return clients(deps);
      case "Grant":
        return grants(deps);
      case "AccessToken":
      case "AuthorizationCode":
      case "RefreshToken":
        return tokens(deps, model);
      default:
        return browserStates(deps, model);
    }
  };
}
