import { encodeId } from "../../../platform/ids/index.ts";
import { html, initials, type Markup } from "../../../platform/pages/index.ts";
import type { AnyClientRow } from "../client-store.ts";

/** The app with its logo over its initials: where there is none, or it does not load, the initials stay. */
export function appHeader({
  id,
  name,
  homepage,
  logo_uri: logo,
}: Pick<AnyClientRow, "id" | "name" | "homepage" | "logo_uri">): Markup {
  const host = homepage === null ? null : (URL.parse(homepage)?.host ?? null);
  return html`<div class="app">
    <div class="avatar" aria-hidden="true">
      <span>${initials(name)}</span>
      ${logo !== null && html`<img src="/oauth/logos/${encodeId("app", id)}" alt="" width="56" height="56" />`}
    </div>
    <div class="text">
      <strong>${name}</strong>
      ${host === null ? html`<span class="sub">No homepage given</span>` : html`<span class="sub">${host}</span>`}
    </div>
  </div>`;
}
