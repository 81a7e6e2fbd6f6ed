import { html as build } from "htm/preact";
import type { ComponentChildren, VNode } from "preact";
import { renderToString } from "preact-render-to-string";

/** A piece of a page. */
export type Markup = VNode;
/** What may stand inside a piece: others, text, or nothing. */
export type Content = ComponentChildren;

/** Markup from a template: html`<p class="note">${text}</p>`. Everything put in is escaped. One root element. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Markup {
  const made: unknown = build(strings, ...values);
  if (made === null || typeof made !== "object" || Array.isArray(made))
    throw new TypeError("a template has exactly one root element");
  return made as Markup;
}

export function render(markup: Markup): string {
  return renderToString(markup);
}
