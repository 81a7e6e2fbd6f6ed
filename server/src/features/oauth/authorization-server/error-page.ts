import type { Configuration } from "oidc-provider";
import { html, pageAsHttp } from "../../../platform/pages/index.ts";

/** Shown where the app cannot be told: its request is wrong in a way that forbids sending the browser back to it. */
export const renderError: NonNullable<Configuration["renderError"]> = (ctx, out, error) => {
  const over = error.name === "SessionNotFound";
  const page = pageAsHttp({
    title: over ? "This request is over" : "This app cannot be connected",
    status: ctx.status,
    body: html`<div>
      <h1>${over ? "This request is over" : "This app cannot be connected"}</h1>
      <p class="lead">
        ${
          over
            ? "It was answered already, is older than an hour, or was begun in another browser. Go back to the app and connect once more."
            : "The app that sent you here made a mistake, so it was not let in. Nothing was shared with it. Tell its makers what stands below."
        }
      </p>
      ${!over && html`<p class="hint"><code>${out.error}${out.error_description !== undefined && `: ${out.error_description}`}</code></p>`}
    </div>`,
  });
  for (const [name, value] of Object.entries(page.headers)) ctx.set(name, value);
  ctx.body = page.body;
};
