import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { html, type PageRoute } from "../../platform/pages/index.ts";
import { openMail } from "./mail.ts";
import { selectNewestMails, type OutboxRow } from "./store.ts";

export interface OutboxDeps {
  db: Database;
  keyRing: KeyRing;
  ownerAddress(accountId: string): Promise<string | null>;
}

const SHOWN_MAX = 50;

/** The newest mails of all accounts, for anybody who asks: for development only. */
export function outboxPage({ db, keyRing, ownerAddress }: OutboxDeps): PageRoute {
  const show = async (row: OutboxRow) => {
    const { to, subject, text } = openMail(keyRing, row.account_id, row.id, row.content);
    return html`<article>
      <h2>${subject}</h2>
      <p class="hint">
        to ${to ?? (await ownerAddress(row.account_id)) ?? "nobody any more"}, ${row.created_at.toISOString()},
        ${row.state}
      </p>
      ${paragraphs(text)}
    </article>`;
  };
  return {
    name: "outbox",
    path: "/outbox",
    get: async () => {
      const rows = await db.readSystem<OutboxRow>("show the development outbox", selectNewestMails(SHOWN_MAX));
      const mails = await Promise.all(rows.map(show));
      const none = html`<p>Nothing was sent yet.</p>`;
      return {
        title: "Outbox",
        body: html`<div>
          <h1>Outbox</h1>
          <p class="lead">Mails that this development server would send.</p>
          ${mails.length > 0 ? mails : none}
        </div>`,
      };
    },
  };
}

/** Lines that are a link can be clicked. */
function paragraphs(text: string) {
  const line = (words: string) =>
    /^https?:\/\/\S+$/.test(words)
      ? html`<span><a href=${words}>${words}</a><br /></span>`
      : html`<span>${words}<br /></span>`;
  return text
    .trim()
    .split("\n\n")
    .map((paragraph) => html`<p>${paragraph.split("\n").map(line)}</p>`);
}
