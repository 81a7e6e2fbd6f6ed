import { BlockList, isIP } from "node:net";

/**
 * Addresses that no outgoing request may reach: the IANA special-purpose registries of IPv4 and IPv6, multicast,
 * the reserved space, and IPv6 forms that smuggle an IPv4 address (NAT64, 6to4, Teredo, IPv4-compatible).
 */
const specialV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
const specialV6 = [
  "::/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "100:0:0:1::/64",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "2620:4f:8000::/48",
  "3fff::/20",
  "5f00::/16",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
];

const special = blockListOf(specialV4, specialV6);
const loopback = blockListOf(["127.0.0.0/8"], ["::1/128"]);
/** All that IANA has handed out as global unicast, plus IPv4 written as IPv6 (judged by the IPv4 list). */
const globalV6 = blockListOf([], ["2000::/3", "::ffff:0:0/96"]);

export type AddressVerdict = "public" | "loopback" | "special";

export interface EgressPolicy {
  /** Development and tests only: 127.0.0.0/8, ::1 and `localhost` may be reached, over plain HTTP and on any port. */
  readonly allowLoopback: boolean;
}

/** Judges one IP address in text form (v4, v6, v4-mapped v6, with or without a zone). Anything else is `special`. */
export function addressVerdict(address: string): AddressVerdict {
  const bare = address.split("%", 1)[0] ?? "";
  const version = isIP(bare);
  if (version === 0) return "special";
  const family = version === 4 ? "ipv4" : "ipv6";
  if (loopback.check(bare, family)) return "loopback";
  if (special.check(bare, family)) return "special";
  return version === 4 || globalV6.check(bare, family) ? "public" : "special";
}

export function isAllowedAddress(address: string, policy: EgressPolicy): boolean {
  const verdict = addressVerdict(address);
  return verdict === "public" || (verdict === "loopback" && policy.allowLoopback);
}

function blockListOf(v4: readonly string[], v6: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [family, cidrs] of [
    ["ipv4", v4],
    ["ipv6", v6],
  ] as const) {
    for (const cidr of cidrs) {
      const [network = "", bits] = cidr.split("/");
      list.addSubnet(network, Number(bits), family);
    }
  }
  return list;
}
