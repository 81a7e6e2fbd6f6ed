export { pageAsHttp, type PageAnswer, type ShownPage } from "./answer.ts";
export { html, type Markup } from "./html.ts";
export { field, initials, notice } from "./layout.ts";
export { createPages, type PageRequest, type PageRoute, type PagesHandler, type PostRequest } from "./pages.ts";
