import { createTransport } from "nodemailer";
import { MailRefused, type Mailer } from "./mailer.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** Of a whole mail: a server that sends each answer byte by byte keeps within the others for ever. */
const SEND_TIMEOUT_MS = 240_000;
const CONNECTIONS_MAX = 4;

export interface SmtpOptions {
  /** `smtp://user:password@host:port` or `smtps://…` */
  url: string;
  /** `Name <address>` */
  from: string;
  /** Default: four minutes. */
  sendTimeoutMs?: number;
}

/** Sends through a mail server, over connections that stay open. Opens none before the first mail. */
export function createSmtpMailer({ url, from, sendTimeoutMs = SEND_TIMEOUT_MS }: SmtpOptions): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
    // Whatever a mail's text looks like, nothing is read from disk or fetched for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? "localhost";
  return {
    send: async ({ id, to, subject, text }) => {
      const mail = {
        from,
        // An object, so that the address is never parsed as a list of addresses.
        to: { name: "", address: oneLine(to) },
        subject: oneLine(subject),
        text,
        messageId: `<${id}@${domain}>`,
        // Keeps out-of-office answers from being sent back to us (RFC 3834).
        headers: { "Auto-Submitted": "auto-generated" },
        signal: AbortSignal.timeout(sendTimeoutMs),
      };
      await transport.sendMail(mail).catch((error: unknown) => {
        throw asMailError(error);
      });
    },
    sendMsMax: sendTimeoutMs,
    close: () => transport.close(),
  };
}

/** A line break would end a header and begin one of the writer's own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** Without the server's words, which repeat the address: they would stand in logs and in the row. */
function asMailError(error: unknown): Error {
  const {
    code = "unknown",
    responseCode,
    command,
  } = error as { code?: string; responseCode?: number; command?: string };
  const what = `${code}${responseCode === undefined ? "" : ` ${responseCode}`}${command === undefined ? "" : ` at ${command}`}`;
  // A 5xx to anything before the envelope (a wrong password, say) is about us, and will be put right.
  const refused = (code === "EENVELOPE" || code === "EMESSAGE") && responseCode !== undefined && responseCode >= 500;
  return refused
    ? new MailRefused(`the mail server refused it: ${what}`)
    : new Error(`the mail server did not take it: ${what}`);
}
