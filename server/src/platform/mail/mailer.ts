/** One mail, ready to go. Plain text: nothing in it can be markup. */
export interface OutgoingMail {
  /** Stays the same over all attempts, so that a mail which arrives twice can be recognised. */
  id: string;
  /** One bare address. */
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Resolves when the mail server took it. @throws MailRefused, or another error when trying again makes sense */
  send(mail: OutgoingMail): Promise<void>;
  /** After this `send` has ended, however slow the server is. */
  sendMsMax: number;
  close(): void;
}

/** The mail server said that it will never take this mail. */
export class MailRefused extends Error {
  override name = "MailRefused";
}
