import { defineSettings, flag, integer, InvalidSetting, list, optional, text, type Setting } from "../config/define.ts";

/** A number of proxies in front of the server, or `false`; the client's address is then read from X-Forwarded-For. */
const trustProxy: Setting<number | false> = {
  variable: "TRUST_PROXY",
  description: "how many reverse proxies stand in front of the server; false when none does",
  example: "1",
  fallback: { value: false },
  parse: (value) => {
    if (value === "false") return false;
    if (!/^[1-9]$/.test(value)) throw new InvalidSetting("false or a number from 1 to 9");
    return Number(value);
  },
};

export const settings = defineSettings({
  port: integer({
    variable: "PORT",
    description: "TCP port of the API; 0 takes a free one",
    example: "3000",
    min: 0,
    max: 65_535,
    fallback: { value: 3000 },
  }),
  host: text({
    variable: "HOST",
    description: "address to listen on",
    example: "0.0.0.0",
    fallback: { value: "127.0.0.1" },
  }),
  workerPort: optional(
    integer({
      variable: "WORKER_PORT",
      description:
        "TCP port on which a worker process serves /metrics, /healthz and /readyz; 0 takes a free one, unset: a worker does not listen",
      example: "9464",
      min: 0,
      max: 65_535,
    }),
  ),
  trustProxy,
  publicUrl: optional({
    variable: "PUBLIC_URL",
    description:
      "where the API is reached from outside, for links in mails and as the OAuth issuer; default: where it listens",
    example: "https://api.example.com",
    parse: (value) => {
      const url = URL.parse(value);
      if (!url || !["http:", "https:"].includes(url.protocol) || url.href !== `${url.origin}/`)
        throw new InvalidSetting("an http or https URL without a path");
      return url.origin;
    },
  }),
  corsOrigins: list({
    variable: "CORS_ORIGINS",
    description: "origins whose pages may call the API from a browser",
    example: "https://app.example.com,https://example.com",
    fallback: { value: [] },
  }),
  validateResponses: flag({
    variable: "VALIDATE_RESPONSES",
    description: "check every response against the specification: for development and tests, it costs time",
    example: "true",
    fallback: { value: false },
  }),
  usageRecording: flag({
    variable: "USAGE_RECORDING",
    description: "record every request for the usage figures",
    example: "true",
    fallback: { value: true },
  }),
  usageSpillDir: text({
    variable: "USAGE_SPILL_DIR",
    description: "folder that keeps usage records while the database takes none",
    example: "/var/lib/musicverse/usage",
    fallback: { value: ".musicverse/usage" },
  }),
  bodyTimeoutMs: integer({
    variable: "BODY_TIMEOUT_MS",
    description: "how long a JSON body or a form may take to arrive; uploads of audio may take ten minutes",
    example: "20000",
    min: 100,
    max: 600_000,
    fallback: { value: 20_000 },
  }),
  stallTimeoutMs: integer({
    variable: "STALL_TIMEOUT_MS",
    description:
      "how long a connection may move no byte in either direction while a request is sent or answered; then it is closed",
    example: "120000",
    min: 100,
    max: 600_000,
    fallback: { value: 120_000 },
  }),
  shutdownTimeoutMs: integer({
    variable: "SHUTDOWN_TIMEOUT_MS",
    description: "how long running requests and work may take to finish after SIGTERM",
    example: "30000",
    min: 0,
    max: 600_000,
    fallback: { value: 10_000 },
  }),
});
