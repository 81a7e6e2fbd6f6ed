import type { Request } from "express";

const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/**
 * Where a request comes from: the connection's address, or what as many proxies as TRUST_PROXY says put into
 * X-Forwarded-For. Without a zone, and IPv4 written as IPv6 (a socket that takes both) as IPv4.
 */
export function clientAddress(request: Request): string {
  const [address = "unknown"] = (request.ip ?? "unknown").split("%");
  return MAPPED.exec(address)?.[1] ?? address;
}
