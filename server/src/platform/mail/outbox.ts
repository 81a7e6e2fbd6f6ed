import type { Mailer } from "./mailer.ts";

/** For development without a mail server: `print` gets what a person must see of each mail. */
export function createOutboxMailer(print: (text: string) => void): Mailer {
  return {
    send: async ({ to, subject, text }) => {
      const links = text.match(/https?:\/\/\S+/g) ?? [];
      print([`  Mail to ${to}: ${subject}`, ...links.map((link) => `    ${link}`)].join("\n"));
    },
    sendMsMax: 1_000,
    close: () => {},
  };
}
