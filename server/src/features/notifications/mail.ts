import type { KeyRing } from "../../platform/crypto/index.ts";

/** Name of the work that sends them. */
export const mailKind = "mail";

/** What a slice wants to say to the owner of an account. All of it is plain text. */
export interface Notice {
  subject: string;
  paragraphs: string[];
  /** Something to do: stands below the text as a link. */
  action?: { label: string; url: string };
  /** Another address than the owner's: to say something about an address that is not, or no longer, the account's. */
  to?: string;
}

/** A notice as its row keeps it. */
export interface MailContent {
  /** Null: the owner's address at the time of sending. */
  to: string | null;
  subject: string;
  text: string;
}

const SUBJECT_LENGTH_MAX = 200;

export function mailOf({ subject, paragraphs, action, to }: Notice): MailContent {
  const parts = [...paragraphs, ...(action ? [`${action.label}:\n${action.url}`] : []), "— MusicVerse"];
  return { to: to ?? null, subject: subject.slice(0, SUBJECT_LENGTH_MAX), text: `${parts.join("\n\n")}\n` };
}

const aad = (accountId: string, id: string) => `${accountId}|mail|${id}|content`;

export function sealMail(keyRing: KeyRing, accountId: string, id: string, content: MailContent): string {
  return keyRing.encrypt(JSON.stringify(content), aad(accountId, id));
}

export function openMail(keyRing: KeyRing, accountId: string, id: string, sealed: string): MailContent {
  return JSON.parse(keyRing.decrypt(sealed, aad(accountId, id))) as MailContent;
}
