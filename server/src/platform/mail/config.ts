import { defineSettings, flag, optional, text, url } from "../config/define.ts";

export const settings = defineSettings({
  smtpUrl: optional(
    url({
      variable: "SMTP_URL",
      description:
        "SMTP server for outgoing email (smtps:// for implicit TLS); without it, email waits in the database",
      example: "smtps://user:password@smtp.example.com:465",
      secret: true,
      protocols: ["smtp", "smtps"],
    }),
  ),
  mailFrom: text({
    variable: "MAIL_FROM",
    description: "sender address of outgoing email",
    example: "MusicVerse <no-reply@example.com>",
    fallback: { value: "MusicVerse <no-reply@musicverse.localhost>" },
  }),
  mailOutbox: flag({
    variable: "MAIL_OUTBOX",
    description: "without SMTP_URL, print emails and show them at /outbox to anybody: for development only",
    example: "true",
    fallback: { value: false },
  }),
});
