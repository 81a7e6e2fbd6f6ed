import { createServer, type AddressInfo } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startMailServer, type MailServer } from "../../../test-kit/mail-server.ts";
import { startProcess } from "../../../test-kit/process.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { createSmtpMailer } from "../../platform/mail/index.ts";
import { createNotify, forgetMails, mailWork } from "./index.ts";
import type { Notice } from "./mail.ts";

let app: TestApp;
let mailServer: MailServer;
let account: TestAccount;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ env: { SMTP_URL: mailServer.url, MAIL_FROM: "MusicVerse <no-reply@music.example>" } });
});
beforeEach(async () => {
  account = await app.signUp();
  // The mail that signing up sends is none of these tests'.
  await mailServer.next(account.email);
  await vi.waitFor(async () => expect(await mails()).toMatchObject([{ state: "sent" }]));
  await app.services.db.asSystem("a test begins with no mail", (tx) => tx.query("delete from mails"));
});
afterAll(async () => {
  await app?.close();
  await mailServer?.close();
});

const notice: Notice = {
  subject: "Hello",
  paragraphs: ["Grüße, prompt-canary."],
  action: { label: "Open it", url: "https://music.example/?a=1&b=pw-canary" },
};

async function notify(content: Notice, accountId = account.liveId, services = app.services): Promise<void> {
  const id = decodeId("acc", accountId) ?? "";
  await services.db.withTenant(id, (tx) => createNotify(services)(tx, id, content));
}

async function mails(accountId = account.liveId) {
  return app.services.db.asSystem("look in a test", (tx) =>
    tx.query<{ id: string; state: string; attempts: number; last_error: string | null; content: string }>(
      "select id, state, attempts, last_error, content from mails where account_id = $1 order by id",
      [decodeId("acc", accountId)],
    ),
  );
}

test("a notice reaches the owner's mailbox with its text and link, and is sent once", async () => {
  await notify(notice);
  const mail = await mailServer.next(account.email);
  expect(mail.headers).toMatchObject({
    from: "MusicVerse <no-reply@music.example>",
    to: account.email,
    subject: "Hello",
    "auto-submitted": "auto-generated",
  });
  expect(mail.text.replaceAll("\r\n", "\n")).toBe(
    "Grüße, prompt-canary.\n\nOpen it:\nhttps://music.example/?a=1&b=pw-canary\n\n— MusicVerse\n",
  );
  await expect.poll(() => mails()).toMatchObject([{ state: "sent", attempts: 1 }]);
  expect(
    mailServer.received.filter(({ to, headers }) => to.includes(account.email) && headers["subject"] === "Hello"),
  ).toHaveLength(1);
});

test("what happens in the sandbox is told to the owner of its live twin", async () => {
  await notify({ ...notice, subject: "Sandbox" }, account.sandboxId);
  expect((await mailServer.next(account.email)).headers["subject"]).toBe("Sandbox");
});

test("nothing is sent when the transaction of the change rolls back", async () => {
  const id = decodeId("acc", account.liveId) ?? "";
  const { db } = app.services;
  await expect(
    db.withTenant(id, async (tx) => {
      await createNotify(app.services)(tx, id, notice);
      throw new Error("changed its mind");
    }),
  ).rejects.toThrow("changed its mind");
  expect(await mails()).toEqual([]);
});

test("neither text, link nor recipient of a mail can be read from the database, nor from the log", async () => {
  await notify({ ...notice, to: "other@music.example" });
  await mailServer.next("other@music.example");
  const admin = new Client({ connectionString: app.database.adminUrl });
  await admin.connect();
  const { rows } = await admin.query("select mails::text from mails").finally(() => admin.end());
  expect(JSON.stringify(rows)).not.toMatch(/canary|Open it|other@music/);
  expect(app.logged()).not.toMatch(/prompt-canary|b=pw-canary|other@music/);
});

test("a line break in subject or address begins no header and reaches no other mailbox", async () => {
  await notify({ ...notice, subject: "One\r\nBcc: victim@music.example\r\n\r\nbody\u2028X: y" });
  const mail = await mailServer.next(account.email);
  expect(mail.to).toEqual([account.email]);
  expect(mail.headers).not.toHaveProperty("bcc");
  expect(mail.headers["subject"]).toContain("Bcc: victim@music.example");
  for (const to of [
    "a@music.example\r\nRCPT TO:<victim@music.example>",
    "a@music.example, victim@music.example",
    "x <victim@music.example>\n",
  ]) {
    await notify({ ...notice, to });
  }
  await vi.waitFor(async () =>
    expect((await mails()).every(({ state, attempts }) => state !== "waiting" || attempts > 0)).toBe(true),
  );
  expect(mailServer.received.flatMap((other) => other.to)).not.toContain("victim@music.example");
});

describe("a mail server that", () => {
  test("is busy gets the mail again later", async () => {
    mailServer.refuse(451);
    await notify({ ...notice, subject: "Later" });
    await expect
      .poll(() => mails())
      .toMatchObject([{ state: "waiting", attempts: 1, last_error: expect.stringContaining("451") }]);
    mailServer.refuse(null);
    await app.services.db.asSystem("the wait is over", (tx) =>
      tx.query("update mails set due_at = now() where state = 'waiting'"),
    );
    expect((await mailServer.next(account.email)).headers["subject"]).toBe("Later");
    await expect.poll(() => mails()).toMatchObject([{ state: "sent", attempts: 2 }]);
  });

  test("refuses for good is not asked again, and its words are kept from row and log", async () => {
    mailServer.refuse(550);
    await notify({ ...notice, subject: "Never" });
    await expect
      .poll(() => mails())
      .toMatchObject([{ state: "failed", attempts: 1, last_error: expect.stringContaining("550") }]);
    mailServer.refuse(null);
    expect(JSON.stringify(await mails())).not.toContain(account.email);
  });

  test("was down while a day passed gets no stale mail", async () => {
    const id = decodeId("acc", account.liveId) ?? "";
    await app.services.db.withTenant(id, async (tx) => {
      await createNotify({ ...app.services, clock: { now: () => new Date(Date.now() - 25 * 3_600_000) } })(
        tx,
        id,
        notice,
      );
    });
    await expect
      .poll(() => mails())
      .toMatchObject([{ state: "failed", attempts: 1, last_error: "not sent within a day" }]);
  });
});

test("mails are gone after 30 days", async () => {
  await notify(notice);
  await expect.poll(() => mails()).toMatchObject([{ state: "sent" }]);
  const after = (days: number) => ({
    db: app.services.db,
    clock: { now: () => new Date(Date.now() + days * 86_400_000) },
  });
  await forgetMails(after(29.9));
  expect(await mails()).toHaveLength(1);
  await forgetMails(after(30.1));
  expect(await mails()).toEqual([]);
});

test("a mail server that takes as long as it may gets each mail once", async () => {
  const release = mailServer.hold();
  await notify({ ...notice, subject: "Slow" });
  await expect.poll(() => mailServer.received.filter(({ headers }) => headers["subject"] === "Slow")).toHaveLength(1);
  const { mailer } = app.services;
  if (!mailer) throw new Error("this app has no mailer");
  await app.services.db.asSystem("all of the time that a mail may take goes by", (tx) =>
    tx.query("update mails set lease_until = lease_until - make_interval(secs => $1 / 1000.0)", [mailer.sendMsMax]),
  );
  // As another worker would, whose queue was flushed.
  const work = mailWork({ ...app.services, mailer, ownerAddress: async () => account.email });
  const [{ id } = { id: "" }] = await mails();
  expect(await work.due(100)).toEqual([]);
  expect(await work.claim({ id, accountId: decodeId("acc", account.liveId) ?? "" })).toBeNull();
  release();
  await expect.poll(async () => (await mails()).map(({ state, attempts }) => [state, attempts])).toEqual([["sent", 1]]);
  expect(mailServer.received.filter(({ headers }) => headers["subject"] === "Slow")).toHaveLength(1);
});

test("a mail server that never comes to an end is given up in time, byte by byte too", async () => {
  const dripping = createServer((socket) => {
    const drip = setInterval(() => socket.write("2"), 20);
    socket.on("error", () => undefined).on("close", () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => dripping.listen(0, "127.0.0.1", resolve));
  const mailer = createSmtpMailer({
    url: `smtp://127.0.0.1:${(dripping.address() as AddressInfo).port}`,
    from: "us@music.example",
    sendTimeoutMs: 300,
  });
  await expect(mailer.send({ id: "x", to: "ada@music.example", subject: "Hello", text: "" })).rejects.toThrow(
    "did not take it: EABORT",
  );
  expect(mailer.sendMsMax).toBe(300);
  mailer.close();
  dripping.close();
});

test("a mail that a killed worker held is sent by another one", async () => {
  const own = await startTestApp({ worker: false, env: { SMTP_URL: "smtp://127.0.0.1:9" } });
  try {
    const person = await own.signUp();
    await own.services.db.asSystem("a test begins with no mail", (tx) => tx.query("delete from mails"));
    await notify({ ...notice, subject: "Survived" }, person.liveId, own.services);
    // Claimed by a worker that is gone: its lease has to run out.
    await own.services.db.asSystem("a worker took it and died", (tx) =>
      tx.query(
        "update mails set attempts = attempts + 1, lease_token = gen_random_uuid(), lease_until = now() + interval '300 milliseconds'",
      ),
    );
    const worker = await startProcess("worker", { ...own.env, SMTP_URL: mailServer.url });
    expect((await mailServer.next(person.email)).headers["subject"]).toBe("Survived");
    await worker.terminate();
  } finally {
    await own.close();
  }
});

test("in production there is no outbox page", async () => {
  expect(await app.request("get", "/outbox")).toMatchObject({ status: 404, body: { code: "not_found" } });
});

test("without a mail server the development outbox prints who gets what, with its links", async () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  const own = await startTestApp({ env: { MAIL_OUTBOX: "true" } });
  try {
    const person = await own.signUp();
    await notify(notice, person.liveId, own.services);
    await expect
      .poll(() => print.mock.calls.flat().join("\n"))
      .toContain(`Mail to ${person.email}: Hello\n    https://music.example/?a=1&b=pw-canary`);
    await notify(
      { ...notice, subject: "<script>alert(1)</script>", action: { label: "Run it", url: "javascript:alert(1)" } },
      person.liveId,
      own.services,
    );
    const page = await own.request("get", "/outbox");
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.text).toContain(`to ${person.email}`);
    expect(page.text).toContain('href="https://music.example/?a=1&amp;b=pw-canary"');
    expect(page.text).not.toMatch(/<script|href="javascript/);
  } finally {
    print.mockRestore();
    await own.close();
  }
});
