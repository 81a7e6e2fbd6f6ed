import { Agent, request } from "node:http";
import { MusicVerse } from "@musicverse/sdk";
import { generateKey } from "../server/src/features/api-keys/key-format.ts";
import { checksum, randomBase62 } from "../server/src/platform/crypto/index.ts";
import { makeAccounts, openBenchPlatform } from "./platform.ts";
import { median, row, type BenchRow } from "./row.ts";
import { T_MAX, welch } from "./welch.ts";

const ACCOUNTS = 25;
const KEYS_PER_ACCOUNT = 60;
/** Wrong passwords for one address before it has to wait. */
const TRIES = 9;
const PEOPLE = 40;
const UNIT = "standard errors apart";

/**
 * Whether the time of a refusal tells more than the refusal: what exists against what does not, in turns and in random order
 * over one connection, each with a statistic that says whether the two distributions can be told apart.
 */
export async function benchTiming(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  await using api = await platform.start("api", { TRUST_PROXY: "1", USAGE_RECORDING: "false" });
  const ask = createAsker(api.url);
  const accounts = await makeAccounts(api.url, platform.adminUrl, ACCOUNTS);
  const keys = (
    await Promise.all(
      accounts.map(async ({ key }) => {
        const client = new MusicVerse({ apiKey: key, baseUrl: api.url });
        const made: string[] = [];
        for (let index = 0; index < KEYS_PER_ACCOUNT; index += 1)
          made.push((await client.apiKeys.create({ name: "bench" })).key);
        return made;
      }),
    )
  ).flat();
  const people: string[] = [];
  for (let index = 0; index < PEOPLE; index += 1) {
    const email = `timing-${index}-${Date.now()}@example.com`;
    await new MusicVerse({ baseUrl: api.url, defaultHeaders: { "X-Forwarded-For": network() } }).accounts.signUp({
      email,
      password: "a long benchmark password",
      name: "Bench",
    });
    people.push(email);
  }

  const signIn = (email: string) => () =>
    ask("POST", "/v1/sessions", {}, JSON.stringify({ email, password: "a wrong benchmark password" }));
  const present = (key: string) => () => ask("GET", "/v1/profile", { Authorization: `Bearer ${key}` });
  const wrongKeys = keys.map(withAnotherSecret);
  const unknownKeys = keys.map(() => generateKey("live").key);
  const mistyped = unknownKeys.map((key) => key.slice(0, -1) + (key.endsWith("0") ? "1" : "0"));

  // Until the server runs as it will.
  for (let index = 0; index < 500; index += 1) await present(generateKey("live").key)();
  const tries = Array.from({ length: TRIES }).flatMap(() => people);
  const logins = await inTurns({
    wrong: tries.map(signIn),
    unknown: tries.map((_, index) => signIn(`nobody-${index % PEOPLE}-${Date.now()}@example.com`)),
  });
  // The first look at a key asks the database, a second one soon after asks a cache.
  const half = keys.length / 2;
  const first = await inTurns({
    wrong: wrongKeys.slice(0, half).map(present),
    unknown: unknownKeys.slice(0, half).map(present),
  });
  const again = await inTurns(
    { wrong: twice(wrongKeys.slice(half)).map(present), unknown: twice(unknownKeys.slice(half)).map(present) },
    { measureEverySecond: true },
  );
  const control = await inTurns({
    mistyped: mistyped.map(present),
    unknown: keys.map(() => present(generateKey("live").key)),
  });
  return [
    ...rowsOf("signing in: unknown e-mail against wrong password", logins.unknown, logins.wrong),
    ...rowsOf("an API key, first time: unknown against wrong", first.unknown, first.wrong),
    ...rowsOf("an API key, again: unknown against wrong", again.unknown, again.wrong),
    row(
      "for comparison, what may differ: a mistyped key against an unknown one",
      Math.abs(welch(control.mistyped, control.unknown)),
      UNIT,
    ),
  ];
}

function rowsOf(figure: string, unknown: number[], wrong: number[]): BenchRow[] {
  return [
    row(figure, Math.abs(welch(unknown, wrong)), UNIT, { atMost: T_MAX }),
    row("… difference of the medians", median(unknown) - median(wrong), `µs of ${Math.round(median(wrong))}`),
  ];
}

const twice = (keys: readonly string[]): string[] => keys.flatMap((key) => [key, key]);

/** Another key with the same public part, as its form demands. */
function withAnotherSecret(key: string): string {
  const body = key.slice(0, -49) + randomBase62(43);
  return body + checksum(body);
}

/** Each kind's next question in turn, in random order; how long the answers took, in µs. */
async function inTurns<Kind extends string>(
  asked: Record<Kind, (() => Promise<number>)[]>,
  { measureEverySecond = false } = {},
): Promise<Record<Kind, number[]>> {
  const kinds = Object.keys(asked) as Kind[];
  const took = Object.fromEntries(kinds.map((kind) => [kind, [] as number[]])) as Record<Kind, number[]>;
  const step = measureEverySecond ? 2 : 1;
  for (let turn = 0; kinds.every((kind) => turn < asked[kind].length); turn += step) {
    for (const kind of Math.random() < 0.5 ? kinds : kinds.toReversed()) {
      if (measureEverySecond) await asked[kind][turn]?.();
      const us = await asked[kind][turn + step - 1]?.();
      if (us !== undefined) took[kind].push(us);
    }
  }
  return took;
}

const network = () => `2001:db8:${randomHex()}:${randomHex()}::1`;
const randomHex = () => Math.floor(Math.random() * 65_536).toString(16);

/** Over one connection, each request from a network of its own, so that no limit is met. */
function createAsker(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return (method: string, path: string, headers: Record<string, string>, body?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const startedAt = process.hrtime.bigint();
      const sent = request(
        url + path,
        {
          method,
          agent,
          headers: {
            "X-Forwarded-For": network(),
            ...headers,
            ...(body !== undefined && { "Content-Type": "application/json", "Content-Length": body.length }),
          },
        },
        (response) => {
          const us = Number(process.hrtime.bigint() - startedAt) / 1000;
          response.resume().once("end", () => {
            if (response.statusCode === 401) resolve(us);
            else
              reject(new Error(`${method} ${path} answered ${response.statusCode}: the benchmark asks for refusals`));
          });
        },
      );
      sent.once("error", reject);
      sent.end(body);
    });
}

if (import.meta.main) console.table(await benchTiming());
