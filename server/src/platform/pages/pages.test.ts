import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../clock/index.ts";
import { ProblemError } from "../http/problem.ts";
import { createMemoryLimiter } from "../limiter/index.ts";
import { silentLogger } from "../log/index.ts";
import { createPages, field, html, initials, notice, type PageRoute } from "./index.ts";

const routes: PageRoute[] = [
  {
    name: "form",
    path: "/form/:id",
    get: async ({ csrf, path }) => ({
      title: `Form ${path.id}`,
      body: html`<form method="post">
        ${csrf}${notice("bad", "No <script>")}${field({ name: "email", label: "E-mail", type: "email", autocomplete: "email", value: '"><b>' })}
      </form>`,
      formAction: ["https://app.example.com"],
    }),
    post: async ({ form }) => ({ redirect: `/done?email=${form.get("email")}` }),
  },
  { name: "broken", path: "/broken", get: () => Promise.reject(new Error("secret reason pw-canary")) },
  {
    name: "refused",
    path: "/refused",
    get: () => Promise.reject(new ProblemError("not_found", { detail: "This link was used." })),
  },
];

describe("pages", () => {
  let url: string;
  let max = 1000;
  const server = createServer((request, response) => {
    Object.assign(request, { ip: "192.0.2.1", context: { requestId: "req_1", routeName: null, problemCode: null } });
    handler(request as never, response, () => void response.writeHead(404).end("the next step"));
  });
  const handler = createPages({
    routes,
    origin: () => url,
    secrets: [Buffer.alloc(32, 1)],
    limiter: createMemoryLimiter(systemClock),
    limitsFor: ({ rateClass }) => [{ key: `${rateClass}-${max}`, capacity: max, refill: max, intervalMs: 60_000 }],
    headersFor: ({ allowed }): Record<string, string> => (allowed ? { "X-Left": "some" } : { "Retry-After": "60" }),
    bodyTimeoutMs: 20_000,
    log: silentLogger(),
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => void server.close());

  async function openForm() {
    const response = await fetch(`${url}/form/7`);
    const text = await response.text();
    return {
      response,
      text,
      cookie: response.headers.get("set-cookie")?.split(";")[0] ?? "",
      csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "",
    };
  }
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/form/7`, {
      method: "POST",
      redirect: "manual",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    });

  test("a page escapes what is put in, runs no script, loads nothing and cannot be framed", async () => {
    const { response, text } = await openForm();
    expect(text).toContain("No &lt;script>");
    expect(text).toContain('value="&quot;>&lt;b>"');
    expect(text).toContain('<label for="email">E-mail</label>');
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]+=*'; img-src 'self'; form-action 'self' https:\/\/app\.example\.com; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(response.headers.get("set-cookie")).toMatch(/^musicverse_form=\w{32}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test("the character NUL, which no database column takes, is refused before anything is looked up or kept", async () => {
    const { cookie, csrf } = await openForm();
    const answer = await post(`csrf=${csrf}&email=a%00%40example.com`, { cookie });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("U+0000");
  });

  test("a form of this browser is taken, and its token fits every page of it", async () => {
    const { cookie, csrf } = await openForm();
    const answer = await post(`csrf=${csrf}&email=a`, { cookie, origin: url, "sec-fetch-site": "same-origin" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/done?email=a"]);
    const again = await fetch(`${url}/form/8`, { headers: { cookie } });
    expect(again.headers.get("set-cookie")).toBeNull();
    expect(await again.text()).toContain(csrf);
  });

  test.each([
    ["without a token", async () => post("email=a", { cookie: (await openForm()).cookie })],
    ["without the cookie", async () => post(`csrf=${(await openForm()).csrf}`)],
    [
      "with another browser's token",
      async () => post(`csrf=${(await openForm()).csrf}`, { cookie: (await openForm()).cookie }),
    ],
    ["from another site", async () => postOwn({ origin: "https://evil.example" })],
    ["from a sandboxed frame", async () => postOwn({ origin: "null" })],
    ["that the browser calls cross-site", async () => postOwn({ "sec-fetch-site": "cross-site" })],
    ["with a field twice", async () => postOwn({}, "&email=a&email=b")],
  ])("a post %s is refused (form_rejected)", async (_name, send) => {
    const answer = await send();
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("Form not accepted");
  });

  async function postOwn(headers: Record<string, string>, more = "") {
    const { cookie, csrf } = await openForm();
    return post(`csrf=${csrf}${more}`, { cookie, ...headers });
  }

  test("a form that is too large, or none, is refused", async () => {
    expect((await post("x".repeat(17_000))).status).toBe(413);
    expect((await post("{}", { "content-type": "application/json" })).status).toBe(415);
    const put = await fetch(`${url}/refused`, { method: "POST" });
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test("a failure is a page: in words when it was expected, without a word of its cause when not", async () => {
    const refused = await fetch(`${url}/refused`);
    expect([refused.status, await refused.text()]).toEqual([404, expect.stringContaining("This link was used.")]);
    const broken = await fetch(`${url}/broken`);
    const text = await broken.text();
    expect(broken.status).toBe(500);
    expect(text).toContain("req_1");
    expect(text).not.toContain("pw-canary");
  });

  test("what is no page goes on, and too many requests of an address get a 429 page", async () => {
    expect(await (await fetch(`${url}/v1/tracks`)).text()).toBe("the next step");
    max = 1;
    await fetch(`${url}/form/7`);
    const limited = await fetch(`${url}/form/7`);
    max = 1000;
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "60"]);
  });

  test("initials are the first and the last word's", () => {
    expect(["Ada Lovelace", "  björk ", "The Long Name", "***", "🎵 Über alles"].map(initials)).toEqual([
      "AL",
      "B",
      "TN",
      "?",
      "ÜA",
    ]);
  });
});
