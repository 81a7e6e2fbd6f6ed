import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { addressVerdict, isAllowedAddress } from "./address.ts";

const contracts =
  process.env.MUSICVERSE_CONTRACTS_DIR ?? resolve(import.meta.dirname, "../../../../../shared/contracts");
const corpusFile = resolve(contracts, "ssrf/addresses.json");
const present = existsSync(corpusFile);
if (!present) console.log(`skipped: no corpus of addresses at ${corpusFile}; set MUSICVERSE_CONTRACTS_DIR`);

interface Corpus {
  ips: { ip: string; blocked: boolean }[];
  cidrs_v4: string[];
  cidrs_v6: string[];
}

describe.skipIf(!present)("the published corpus", () => {
  const text = present ? readFileSync(corpusFile, "utf8") : `{ "ips": [], "cidrs_v4": [], "cidrs_v6": [] }`;
  const corpus = JSON.parse(text) as Corpus;

  test("every address gets the wanted verdict", () => {
    expect(corpus.ips.length).toBeGreaterThan(70);
    const wrong = corpus.ips.filter(({ ip, blocked }) => isAllowedAddress(ip, { allowLoopback: false }) === blocked);
    expect(wrong).toEqual([]);
  });

  test("the first address of every range is refused", () => {
    const firsts = [...corpus.cidrs_v4, ...corpus.cidrs_v6].map((cidr) => cidr.split("/")[0] ?? "");
    expect(firsts.filter((address) => addressVerdict(address) === "public")).toEqual([]);
  });
});

test("IPv6 space that nobody has handed out is refused, public space is not", () => {
  const special = ["::ffff:0:7f00:1", "1234::1", "4000::1", "8000::1", "fe80::1%eth0", "not an address", ""];
  expect(special.filter((address) => addressVerdict(address) !== "special")).toEqual([]);
  const open = ["93.184.215.14", "2a00:1450:4001::1", "::ffff:93.184.215.14"];
  expect(open.filter((address) => addressVerdict(address) !== "public")).toEqual([]);
});

test("loopback is reached only where it is allowed", () => {
  const addresses = ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"];
  expect(addresses.filter((address) => !isAllowedAddress(address, { allowLoopback: true }))).toEqual([]);
  expect(addresses.filter((address) => isAllowedAddress(address, { allowLoopback: false }))).toEqual([]);
  expect(isAllowedAddress("10.0.0.1", { allowLoopback: true })).toBe(false);
});
