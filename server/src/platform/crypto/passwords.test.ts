import { beforeEach, expect, test, vi } from "vitest";

const work = vi.hoisted((): string[] => []);

/** The real library, with a list of what it was asked to do. */
vi.mock("@node-rs/argon2", async (original) => {
  const real = await original<typeof import("@node-rs/argon2")>();
  const cost = (hash: string) => /^\$argon2id\$v=19\$[^$]+/.exec(hash)?.[0] ?? hash;
  return {
    ...real,
    hash: (...given: Parameters<typeof real.hash>) => {
      work.push("hash");
      return real.hash(...given);
    },
    verify: (...given: Parameters<typeof real.verify>) => {
      work.push(`verify ${cost(String(given[0]))}`);
      return real.verify(...given);
    },
  };
});

const { hashPassword, verifyPassword } = await import("./passwords.ts");

beforeEach(() => void work.splice(0));

test("an address that nobody has costs the same work as a wrong password, of the same cost, so that time tells nothing", async () => {
  const stored = await hashPassword("pw-canary-of-somebody");
  await verifyPassword(null, "pw-canary-first"); // makes the hash to compare with, once per process
  const workOf = async (hash: string | null) => {
    work.splice(0);
    expect(await verifyPassword(hash, "pw-canary-wrong")).toBe(false);
    return [...work];
  };
  expect(await workOf(null)).toEqual(["verify $argon2id$v=19$m=19456,t=2,p=1"]);
  expect(await workOf(null)).toEqual(await workOf(stored));
});
