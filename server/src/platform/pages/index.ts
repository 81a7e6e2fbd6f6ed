export { html } from "./html.ts";
export { field, initials, notice } from "./layout.ts";
export { createPages, type PageRoute, type PagesHandler } from "./pages.ts";
