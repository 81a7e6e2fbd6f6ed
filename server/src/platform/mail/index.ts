export { MailRefused, type Mailer } from "./mailer.ts";
export { createOutboxMailer } from "./outbox.ts";
export { createSmtpMailer } from "./smtp.ts";
