import { describe, expect, test } from "vitest";
import { checkUrl, type UrlProblemCode } from "./url.ts";

const strict = { allowLoopback: false };
const codeOf = (text: string, policy = strict): UrlProblemCode | null => {
  const check = checkUrl(text, policy);
  return check.ok ? null : check.code;
};

describe("a URL that may not receive requests is refused with the reason", () => {
  test.each<[string, UrlProblemCode]>([
    ["not a url", "malformed_url"],
    ["javascript:alert(1)", "scheme_not_allowed"],
    ["http://example.com/hooks", "scheme_not_allowed"],
    ["file:///etc/passwd", "scheme_not_allowed"],
    ["gopher://example.com/", "scheme_not_allowed"],
    ["https://user@example.com/", "credentials_not_allowed"],
    ["https://user:word@example.com/", "credentials_not_allowed"],
    ["https://example.com@127.0.0.1/", "credentials_not_allowed"],
    ["https://127.0.0.1/", "private_address"],
    ["https://10.1.2.3/", "private_address"],
    ["https://2130706433/", "private_address"],
    ["https://017700000001/", "private_address"],
    ["https://0x7f.1/", "private_address"],
    ["https://127.1/", "private_address"],
    ["https://①②⑦.⓪.⓪.①/", "private_address"],
    ["https://127.0.0.1./", "private_address"],
    ["https://169.254.169.254/latest/meta-data/", "private_address"],
    ["https://[::1]/", "private_address"],
    ["https://[::ffff:169.254.169.254]/", "private_address"],
    ["https://[::ffff:a9fe:a9fe]/", "private_address"],
    ["https://[fd00:ec2::254]/", "private_address"],
    ["https://localhost/", "host_not_allowed"],
    ["https://LOCALHOST/", "host_not_allowed"],
    ["https://api.localhost/", "host_not_allowed"],
    ["https://metadata.google.internal/", "host_not_allowed"],
    ["https://printer.local/", "host_not_allowed"],
    ["https://intranet/", "host_not_allowed"],
    ["https://example.com./", "host_not_allowed"],
    [`https://${"a.".repeat(130)}com/`, "host_not_allowed"],
    ["https://example.com:22/", "port_not_allowed"],
    ["https://example.com:6379/", "port_not_allowed"],
    [`https://example.com/${"a".repeat(2100)}`, "too_long"],
  ])("%s is refused", (text, code) => {
    expect(codeOf(text)).toBe(code);
  });
});

test("public HTTPS addresses are accepted", () => {
  const urls = [
    "https://example.com/hooks?x=1",
    "https://hooks.example.com:8443/",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://ex%61mple.com/",
    "https://bücher.example/",
  ];
  expect(urls.filter((url) => codeOf(url) !== null)).toEqual([]);
});

test("in development, and only there, loopback may be reached over HTTP on any port", () => {
  const development = { allowLoopback: true };
  const urls = ["http://127.0.0.1:4567/", "http://localhost:3000/x", "http://[::1]:8080/", "https://localhost:9443/"];
  expect(urls.filter((url) => codeOf(url, development) !== null)).toEqual([]);
  expect(urls.filter((url) => codeOf(url) === null)).toEqual([]);
  expect(codeOf("http://example.com/", development)).toBe("scheme_not_allowed");
  expect(codeOf("https://10.0.0.1/", development)).toBe("private_address");
  expect(codeOf("https://api.localhost/", development)).toBe("host_not_allowed");
});
