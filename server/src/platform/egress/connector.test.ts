import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createEgressPools, exchange, type ResolveHost } from "./index.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listen(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function countingServer() {
  const seen = { connections: 0 };
  const server = createServer((_request, response) => response.end("hello"));
  server.on("connection", () => {
    seen.connections += 1;
  });
  return { seen, port: await listen(server) };
}

interface GetOptions {
  resolve: ResolveHost;
  allowLoopback?: boolean;
  ca?: string;
  timeoutMs?: number;
}

function get(origin: string, options: GetOptions) {
  const pools = createEgressPools({
    policy: { allowLoopback: options.allowLoopback ?? false },
    resolve: options.resolve,
    timeoutMs: options.timeoutMs ?? 1_000,
    connections: 2,
    headMs: 2_000,
    ...(options.ca !== undefined && { tls: { ca: options.ca } }),
  });
  cleanups.push(() => pools.close());
  return () =>
    exchange(
      pools.get("test", origin),
      { method: "GET", path: "/", headers: ["connection", "close"] },
      { headMs: 2_000, totalMs: 3_000, bodyBytesMax: 65_536, bodyBytesKept: 4_096 },
    );
}

const to =
  (...addresses: string[]): ResolveHost =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

test("an address written in the URL is refused although Node asks no lookup about it", async () => {
  const { port, seen } = await countingServer();
  const result = await get(`http://127.0.0.1:${port}`, { resolve: to() })();
  expect(result).toMatchObject({ error: "refused_address", statusCode: null });
  expect(seen.connections).toBe(0);
});

test("a name is refused when any of its addresses is private, and nothing is connected", async () => {
  const { port, seen } = await countingServer();
  const mixed = await get(`http://hooks.example:${port}`, { resolve: to("93.184.215.14", "127.0.0.1") })();
  expect(mixed.error).toBe("refused_address");
  expect(seen.connections).toBe(0);
});

test("a name that answers a public address first and a private one later gains nothing", async () => {
  const { port, seen } = await countingServer();
  let asked = 0;
  // Loopback stands for "public" in the first answers; 10.0.0.1 is private under every policy.
  const rebinding: ResolveHost = async () => [{ address: ++asked <= 1 ? "127.0.0.1" : "10.0.0.1", family: 4 }];
  const send = get(`http://hooks.example:${port}`, { resolve: rebinding, allowLoopback: true });
  expect((await send()).statusCode).toBe(200);
  expect((await send()).error).toBe("refused_address");
  expect(seen.connections).toBe(1);
  expect(asked).toBe(2);
});

test("a blocked host looks the same whether something listens there or not", async () => {
  const { port } = await countingServer();
  const { durationMs: _1, ...listening } = await get(`http://hooks.example:${port}`, { resolve: to("127.0.0.1") })();
  const { durationMs: _2, ...closed } = await get("http://hooks.example:1", { resolve: to("127.0.0.1") })();
  expect(listening).toEqual(closed);
});

const missing: ResolveHost = () => Promise.reject(Object.assign(new Error("queryA"), { code: "ENOTFOUND" }));
const silent: ResolveHost = () => new Promise(() => {});

test("a name that does not exist, a closed port and a silent name server are told apart", async () => {
  expect((await get("http://hooks.example", { resolve: missing })()).error).toBe("dns");
  expect((await get("http://localhost:1", { resolve: to("127.0.0.1"), allowLoopback: true })()).error).toBe("connect");
  expect((await get("http://hooks.example", { resolve: silent, timeoutMs: 50 })()).error).toBe("connect_timeout");
});

test("a server that does not speak TLS is a TLS failure", async () => {
  const port = await listen(createTcpServer((socket) => socket.end("220 hello\r\n")));
  const send = get(`https://localhost:${port}`, { resolve: to("127.0.0.1"), allowLoopback: true });
  expect((await send()).error).toBe("tls");
});

test("TLS needs a certificate that is trusted and names the host", async ({ skip }) => {
  const directory = mkdtempSync(join(tmpdir(), "musicverse-tls-"));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  const [keyFile, certFile] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  try {
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=hooks.example",
        "-addext",
        "subjectAltName=DNS:hooks.example",
        "-keyout",
        keyFile,
        "-out",
        certFile,
      ],
      { stdio: "ignore" },
    );
  } catch {
    return skip("openssl is not on the PATH, so no certificate can be made");
  }
  const ca = readFileSync(certFile, "utf8");
  const identity = { key: readFileSync(keyFile), cert: ca };
  const server = createTlsServer(identity, (_request, response) => response.end("ok"));
  const port = await listen(server);
  const resolve = to("127.0.0.1");
  expect((await get(`https://hooks.example:${port}`, { resolve, allowLoopback: true, ca })()).statusCode).toBe(200);
  expect((await get(`https://hooks.example:${port}`, { resolve, allowLoopback: true })()).error).toBe("tls");
  expect((await get(`https://other.example:${port}`, { resolve, allowLoopback: true, ca })()).error).toBe("tls");
});

/** `openssl ca` alone can date a certificate back. */
const authority = (directory: string) => `
[ca]
default_ca = this
[this]
database = ${directory}/index.txt
new_certs_dir = ${directory}
serial = ${directory}/serial
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:hooks.example
`;

test("an expired certificate is a TLS failure, also when it is trusted", async ({ skip }) => {
  const directory = mkdtempSync(join(tmpdir(), "musicverse-tls-"));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  const [keyFile, requestFile, certFile, configFile] = ["key.pem", "request.pem", "cert.pem", "ca.cnf"].map((name) =>
    join(directory, name),
  ) as [string, string, string, string];
  writeFileSync(configFile, authority(directory));
  writeFileSync(join(directory, "index.txt"), "");
  writeFileSync(join(directory, "serial"), "01");
  try {
    execFileSync(
      "openssl",
      [
        "req",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-subj",
        "/CN=hooks.example",
        "-keyout",
        keyFile,
        "-out",
        requestFile,
      ],
      { stdio: "ignore" },
    );
    execFileSync(
      "openssl",
      [
        "ca",
        "-batch",
        "-selfsign",
        "-config",
        configFile,
        "-keyfile",
        keyFile,
        "-in",
        requestFile,
        "-out",
        certFile,
        "-notext",
        "-startdate",
        "20200101000000Z",
        "-enddate",
        "20200102000000Z",
      ],
      { stdio: "ignore" },
    );
  } catch {
    return skip("openssl is not on the PATH, so no certificate can be made");
  }
  const ca = readFileSync(certFile, "utf8");
  const port = await listen(
    createTlsServer({ key: readFileSync(keyFile), cert: ca }, (_request, response) => response.end("ok")),
  );
  const result = await get(`https://hooks.example:${port}`, { resolve: to("127.0.0.1"), allowLoopback: true, ca })();
  expect(result).toMatchObject({ error: "tls", statusCode: null });
});
