import { defineSettings, flag, optional, text, url } from "../config/define.ts";

export const settings = defineSettings({
  smtpUrl: optional(
    url({
      variable: "SMTP_URL",
      description:
        "mail server that sends our mails (smtps:// for TLS from the start); without it they wait in the database",
      example: "smtps://user:password@smtp.example.com:465",
      secret: true,
      protocols: ["smtp", "smtps"],
    }),
  ),
  mailFrom: text({
    variable: "MAIL_FROM",
    description: "sender of our mails",
    example: "MusicVerse <no-reply@example.com>",
    fallback: { value: "MusicVerse <no-reply@musicverse.localhost>" },
  }),
  mailOutbox: flag({
    variable: "MAIL_OUTBOX",
    description: "without SMTP_URL, print mails and show them at /outbox to anybody who asks: for development only",
    example: "true",
    fallback: { value: false },
  }),
});
