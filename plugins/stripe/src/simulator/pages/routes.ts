import type { Express, Request, Response } from "express";
import { StripeFault } from "../errors.ts";
import { decideCheckout, showCheckout } from "./checkout.ts";
import type { PagesDeps } from "./deps.ts";
import { sendPage } from "./html.ts";
import { decidePortal, showPortal } from "./portal.ts";

/** What people see. Whoever knows a session's unguessable id may use its page, as at Stripe. */
export function pageRoutes(app: Express, deps: PagesDeps): void {
  const page =
    (work: (request: Request, response: Response) => Promise<void>) => async (request: Request, response: Response) => {
      try {
        await work(request, response);
      } catch (error) {
        if (!(error instanceof StripeFault)) throw error;
        sendPage(response, {
          title: "Not possible",
          status: error.status,
          body: `<h1>This is not possible</h1><p>${error.status === 404 ? "There is no such page." : "It is over, or was done before."}</p>`,
        });
      }
    };
  app.get(
    "/pay/:id",
    page((request, response) => showCheckout(deps, String(request.params["id"]), response)),
  );
  app.post(
    "/pay/:id",
    page((request, response) => decideCheckout(deps, String(request.params["id"]), decisionOf(request), response)),
  );
  app.get(
    "/portal/:id",
    page((request, response) => showPortal(deps, String(request.params["id"]), response)),
  );
  app.post(
    "/portal/:id",
    page((request, response) => decidePortal(deps, String(request.params["id"]), decisionOf(request), response)),
  );
}

function decisionOf({ body }: Request): string {
  const { decision } = (body ?? {}) as { decision?: unknown };
  return typeof decision === "string" ? decision : "";
}
