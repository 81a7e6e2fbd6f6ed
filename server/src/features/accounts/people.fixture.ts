import { startTestApp, type RequestOptions, type TestApp } from "../../../test-kit/app.ts";
import { startMailServer, type MailServer } from "../../../test-kit/mail-server.ts";

export const password = "pw-canary-long-enough";

export interface Person {
  email: string;
  token: string;
}

/** An app with a mail server, and people who come from networks of their own: so no test uses up another one's limits. */
export interface World {
  app: TestApp;
  mail: MailServer;
  signUp(): Promise<Person>;
  signIn(email: string, secret?: string): ReturnType<TestApp["request"]>;
  /** A request from a network that made none before. */
  request(method: string, path: string, options?: RequestOptions): ReturnType<TestApp["request"]>;
  /** The link in the newest mail to an address, that was not asked for yet. */
  link(to: string): Promise<URL>;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const mail = await startMailServer();
  const app = await startTestApp({ env: { SMTP_URL: mail.url, TRUST_PROXY: "1" } });
  let networks = 0;
  let people = 0;
  const request: World["request"] = (method, path, options = {}) => {
    networks += 1;
    const ip = `198.18.${networks >> 8}.${networks & 255}`;
    return app.request(method, path, { ...options, headers: { "X-Forwarded-For": ip, ...options.headers } });
  };
  return {
    app,
    mail,
    request,
    signUp: async () => {
      const email = `person-${(people += 1)}@example.com`;
      const { body } = await request("post", "/v1/accounts", { body: { email, password, name: "Person" } });
      return { email, token: String((body["session"] as Record<string, unknown>)["token"]) };
    },
    signIn: (email, secret = password) => request("post", "/v1/sessions", { body: { email, password: secret } }),
    link: async (to) => {
      const { text } = await mail.next(to);
      const url = /https?:\/\/\S+/.exec(text)?.[0];
      if (url === undefined) throw new Error(`no link in: ${text}`);
      return new URL(url);
    },
    close: async () => {
      await app.close();
      await mail.close();
    },
  };
}

export const tokenIn = (link: URL): string => link.searchParams.get("token") ?? "";
