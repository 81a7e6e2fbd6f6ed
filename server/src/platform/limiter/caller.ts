import { isIPv4, isIPv6 } from "node:net";

/**
 * The part of an address that one caller cannot vary: an IPv4 address, or the /64 network of an IPv6 one (the smallest
 * a provider hands out, so 2^64 addresses are one caller).
 */
export function callerOf(ip: string): string {
  const text = ip.split("%")[0] ?? ip;
  const mapped = /^::ffff:(?<ipv4>[\d.]+)$/i.exec(text)?.groups?.ipv4;
  if (mapped && isIPv4(mapped)) return mapped;
  if (!isIPv6(text)) return text;
  const [head = "", tail] = text.split("::");
  const left = groups(head);
  const zeros = tail === undefined ? 0 : 8 - left.length - groups(tail).length;
  const all = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...groups(tail ?? "")];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

function groups(part: string): string[] {
  return part === "" ? [] : part.split(":");
}
