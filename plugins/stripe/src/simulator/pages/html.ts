import { createHash } from "node:crypto";
import type { Response } from "express";

const style = [
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:2.5rem auto;padding:0 1rem;color:#1a1f36;background:#f6f8fa}",
  "main{background:#fff;border:1px solid #d8dee4;border-radius:12px;padding:1.5rem}",
  "h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:.5rem 0}form{display:grid;gap:.5rem;margin-top:1rem}",
  ".sum{font-size:1.75rem;font-weight:600}.hint{color:#4f566b;font-size:.875rem}.bad{color:#a41c4e}",
  "button{font:inherit;padding:.6rem;border-radius:8px;border:1px solid #c1c9d2;background:#fff;color:inherit;cursor:pointer}",
  "button.main{background:#5433d6;border-color:#5433d6;color:#fff}",
].join("");
const styleHash = `'sha256-${createHash("sha256").update(style).digest("base64")}'`;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

export const money = (amount: number, currency: string): string =>
  new Intl.NumberFormat("en", { style: "currency", currency: currency.toUpperCase() }).format(amount / 100);

export const button = (value: string, label: string, main = false): string =>
  `<button name="decision" value="${escaped(value)}"${main ? ' class="main"' : ""}>${escaped(label)}</button>`;

/** `leadsTo`: addresses that the page's forms may end at, since browsers check where a post is redirected to. */
export function sendPage(
  response: Response,
  page: { title: string; body: string; status?: number; leadsTo?: readonly (string | null)[] },
): void {
  const origins = (page.leadsTo ?? []).flatMap((address) =>
    address !== null && URL.canParse(address) ? [new URL(address).origin] : [],
  );
  response
    .status(page.status ?? 200)
    .set({
      "Content-Security-Policy": `default-src 'none'; style-src ${styleHash}; form-action ${["'self'", ...new Set(origins)].join(" ")}; base-uri 'none'; frame-ancestors 'none'`,
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
    })
    .type("html").send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(page.title)} · Simulated Stripe</title>
<style>${style}</style>
</head>
<body><main>${page.body}<p class="hint">Simulated Stripe: no money moves here.</p></main></body>
</html>
`);
}
