import { html, render, type Content, type Markup } from "./html.ts";
import { stylesheet } from "./stylesheet.ts";

export interface Document {
  /** Of the window, and what a screen reader says first. */
  title: string;
  body: Content;
  /** Below the card: a way out, fine print. */
  footer?: Content;
}

/** A whole page: brand, one card, footer. Works without JavaScript, from 320 px upwards, light and dark. */
export function renderDocument({ title, body, footer }: Document): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>${title} · MusicVerse</title>
      ${styleElement}
    </head>
    <body>
      <main>
        <div class="brand">${logo()}<span>MusicVerse</span></div>
        ${body}
      </main>
      ${footer !== undefined && html`<footer>${footer}</footer>`}
    </body>
  </html>`;
  return `<!doctype html>${render(page)}`;
}

// The one text that is not escaped: it is ours, and its hash is what the policy names.
const styleElement = html`<style dangerouslySetInnerHTML=${{ __html: stylesheet }}></style>`;

function logo(): Markup {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="#5a35d6" />
    <path d="M8 13v6m4-10v14m4-11v8m4-12v16m4-10v4" stroke="#fff" stroke-width="2.4" stroke-linecap="round" />
  </svg>`;
}

/** A text input with its label, its hint and what was wrong with it. */
export function field(input: {
  name: string;
  label: string;
  type: "email" | "password" | "text";
  autocomplete: string;
  value?: string;
  error?: string | undefined;
  hint?: string;
  minLength?: number;
  autofocus?: boolean;
}): Markup {
  const { name, label, type, autocomplete, value, error, hint, minLength, autofocus } = input;
  const described = [hint !== undefined && `${name}-hint`, error !== undefined && `${name}-error`]
    .filter(Boolean)
    .join(" ");
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <input
      id=${name}
      name=${name}
      type=${type}
      autocomplete=${autocomplete}
      value=${value}
      required
      minlength=${minLength}
      autofocus=${autofocus}
      aria-invalid=${error !== undefined ? "true" : undefined}
      aria-describedby=${described || undefined}
      autocapitalize=${type === "text" ? undefined : "none"}
      spellcheck=${false}
    />
    ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${error !== undefined && html`<p class="error" id="${name}-error">${error}</p>`}
  </div>`;
}

/** A message above a form; a bad one is read out at once. */
export function notice(kind: "bad" | "good" | "plain", text: Content): Markup {
  return html`<div class="notice ${kind}" role=${kind === "bad" ? "alert" : "status"}>${text}</div>`;
}

/** "Ada Lovelace" → "AL", for people and apps without a picture. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => word?.match(/[\p{L}\p{N}]/u)?.[0] ?? "",
  );
  return letters.join("").toUpperCase() || "?";
}
