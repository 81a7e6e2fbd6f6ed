import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { expect } from "vitest";

export interface ReceivedMail {
  /** Envelope addresses: who would get it. */
  to: string[];
  headers: Record<string, string>;
  /** Decoded body. */
  text: string;
}

/** A real mail server of this test. */
export interface MailServer {
  url: string;
  received: ReceivedMail[];
  /** The next mail to an address, waiting for it; each is given once. */
  next(to: string): Promise<ReceivedMail>;
  /** Answers the coming recipients with this SMTP code instead of taking them; null takes them again. */
  refuse(code: number | null): void;
  /** From now on whole mails wait for their answer until the returned function is called. */
  hold(): () => void;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const given = new Set<ReceivedMail>();
  let refusal: number | null = null;
  let held: Promise<void> = Promise.resolve();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo: (_address, _session, done) =>
      done(refusal === null ? null : Object.assign(new Error("not now"), { responseCode: refusal })),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        received.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          ...parse(Buffer.concat(chunks).toString()),
        });
        void held.then(() => done());
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    received,
    next: async (to) => {
      const find = () => received.find((mail) => mail.to.includes(to) && !given.has(mail));
      await expect.poll(find, { interval: 20 }).toBeDefined();
      const mail = find();
      if (!mail) throw new Error(`no mail to ${to}`);
      given.add(mail);
      return mail;
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    refuse: (code) => {
      refusal = code;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function parse(message: string): Pick<ReceivedMail, "headers" | "text"> {
  const end = message.indexOf("\r\n\r\n");
  const lines = message
    .slice(0, end)
    .replaceAll(/\r\n[ \t]/g, " ")
    .split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const body = message.slice(end + 4);
  return { headers, text: decoded(body, headers["content-transfer-encoding"] ?? "7bit") };
}

function decoded(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  const bytes = body
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
