import { BlockList, isIP, SocketAddress } from "node:net";
import { invalidField } from "../../platform/http/problem.ts";

type Family = "ipv4" | "ipv6";
interface Network {
  address: string;
  bits: number;
  family: Family;
}

const FORM = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/;
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/;
const BITS = { ipv4: 32, ipv6: 128 };

/**
 * `["203.0.113.7", "::ffff:10.0.0.0/104"]` → `["203.0.113.7/32", "10.0.0.0/8"]`; null stays null (from everywhere).
 * @throws ProblemError validation_failed, naming the entry
 */
export function readAllowlist(entries: string[] | null): string[] | null {
  return (
    entries &&
    entries.map((entry, index) => {
      const network = parse(entry);
      if (network) return `${network.address}/${network.bits}`;
      const message =
        "must be an IPv4 or IPv6 address, or a network in CIDR notation such as 203.0.113.0/24 or 2001:db8::/32";
      throw invalidField(`/body/ip_allowlist/${index}`, "not_a_network", message);
    })
  );
}

/** Compiled once per key and process; a request costs one look. */
export function allowedBy(allowlist: string[] | null): (ip: string) => boolean {
  if (allowlist === null) return () => true;
  const networks = listOf(allowlist.flatMap((entry) => parse(entry) ?? []));
  return (ip) => includes(networks, ip);
}

/** Whether each network of `inner` lies within one of `outer`. */
export function isWithin(inner: string[] | null, outer: string[] | null): boolean {
  if (outer === null) return true;
  if (inner === null) return false;
  const limits = outer.flatMap((entry) => parse(entry) ?? []);
  return inner.every((entry) => {
    const network = parse(entry);
    return (
      network !== null &&
      limits.some(
        (limit) =>
          limit.family === network.family && limit.bits <= network.bits && includes(listOf([limit]), network.address),
      )
    );
  });
}

function parse(entry: string): Network | null {
  const [, address = "", length] = FORM.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const family = version === 4 ? "ipv4" : "ipv6";
  const bits = length === undefined ? BITS[family] : Number(length);
  if (bits > BITS[family]) return null;
  // Node writes an IPv4 address in IPv6 form with dots, however it was given.
  const canonical = new SocketAddress({ address, family }).address;
  const mapped = bits >= 96 ? MAPPED.exec(canonical)?.[1] : undefined;
  return mapped === undefined
    ? { address: canonical, bits, family }
    : { address: mapped, bits: bits - 96, family: "ipv4" };
}

function listOf(networks: Network[]): BlockList {
  const list = new BlockList();
  for (const { address, bits, family } of networks) list.addSubnet(address, bits, family);
  return list;
}

function includes(list: BlockList, ip: string): boolean {
  const version = isIP(ip);
  return version !== 0 && list.check(ip, version === 4 ? "ipv4" : "ipv6");
}
