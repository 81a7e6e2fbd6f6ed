import { satisfies, validRange } from "semver";
import { z } from "zod";
import { capabilityNames, functionsOf, type CapabilityName } from "./capabilities/index.ts";
import { hostPattern } from "./config-fields.ts";
import { describeIssues } from "./issues.ts";
import { kitVersion } from "./version.ts";

const semver = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const fn = z.custom<(...parameters: never[]) => unknown>((value) => typeof value === "function", "must be a function");
const rateLimit = z.strictObject({
  max: z.int().positive(),
  perSeconds: z.number().positive(),
  concurrent: z.int().positive().optional(),
});

const configField = z.strictObject({
  kind: z.enum(["text", "secret", "url", "choice", "integer", "hosts"]),
  description: z.string().min(10, "says what the setting is, in a sentence"),
  required: z.boolean(),
  default: z.string().nullable(),
  example: z.string(),
  parse: fn,
});

/** What a plugin must and may provide for a capability, by its declaration. */
function implementationOf(name: CapabilityName) {
  const functions = Object.entries(functionsOf(name));
  const billable = functions.filter(([, { retrySafety }]) => retrySafety === "billable");
  const promises = billable.map(([name]) => [name, z.literal("idempotent").optional()]);
  return z.strictObject({
    ...Object.fromEntries(functions.map(([name, { optional }]) => [name, optional ? fn.optional() : fn])),
    retrySafety: z.strictObject(Object.fromEntries(promises)).optional(),
  });
}

const apiKeyAuth = z.strictObject({
  kind: z.literal("api_key"),
  field: z.string(),
  header: z.string().regex(/^[a-z0-9-]+$/, "a header name in lower case"),
  prefix: z.string(),
  onlyTo: z.string().nullable(),
});

const endpoint = z.url({ protocol: /^https$/, error: "an https:// address" });
const oauth2Auth = z.strictObject({
  kind: z.literal("oauth2"),
  authorizeUrl: endpoint,
  tokenUrl: endpoint,
  clientId: z.string(),
  clientSecret: z.string(),
  clientAuthentication: z.enum(["basic", "post"]),
  pkce: z.boolean(),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "a scope without spaces")),
  header: z.string().regex(/^[A-Za-z]+$/, "a scheme like Bearer"),
  onlyTo: z.array(z.string()).min(1),
});

const manifest = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, "lower case letters, digits and -, beginning with a letter"),
  version: z.string().regex(semver, "a version like 1.0.0"),
  kit: z.string().refine((range) => validRange(range) !== null, "a version range like ^1.0.0"),
  name: z.string().min(1).max(60),
  docs: z.url({ protocol: /^https$/, error: "an https:// address" }),
  config: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/, "camelCase"), configField),
  hosts: z.array(z.string().regex(hostPattern, "a host name without scheme, port or path")),
  auth: z.discriminatedUnion("kind", [apiKeyAuth, oauth2Auth]).optional(),
  limits: z.strictObject({ app: rateLimit.optional(), connection: rateLimit.optional() }).optional(),
  capabilities: z
    .strictObject(Object.fromEntries(capabilityNames.map((name) => [name, implementationOf(name).optional()])))
    .refine((all) => Object.keys(all).length > 0, "at least one capability"),
  simulator: z.strictObject({ config: fn, load: fn }).optional(),
});

/** Every fault of a manifest as `where: what`, [] when there is none. Takes anything: a package may export anything. */
export function checkManifest(candidate: unknown): string[] {
  const result = manifest.safeParse(candidate);
  if (!result.success) {
    return describeIssues(result.error);
  }
  const { auth } = result.data;
  return [...(auth ? authFaults(result.data, auth) : []), ...connectionFaults(result.data)];
}

type Checked = z.output<typeof manifest>;

function authFaults({ config, hosts }: Checked, auth: NonNullable<Checked["auth"]>): string[] {
  const kindOf = (field: string) => config[field]?.kind;
  if (auth.kind === "api_key") {
    return [
      ...(kindOf(auth.field) === "secret" ? [] : [`auth.field: "${auth.field}" is no secret() in config`]),
      ...(!auth.onlyTo || kindOf(auth.onlyTo) === "url" ? [] : [`auth.onlyTo: "${auth.onlyTo}" is no url() in config`]),
    ];
  }
  const addresses = [auth.authorizeUrl, auth.tokenUrl].map((text) => new URL(text).host);
  return [
    ...(kindOf(auth.clientId) === "text" ? [] : [`auth.clientId: "${auth.clientId}" is no text() in config`]),
    ...(kindOf(auth.clientSecret) === "secret"
      ? []
      : [`auth.clientSecret: "${auth.clientSecret}" is no secret() in config`]),
    ...[...addresses, ...auth.onlyTo].flatMap((host) =>
      hosts.includes(host) ? [] : [`auth: ${host} is not in hosts`],
    ),
  ];
}

/** Functions that act for a person need somebody who can connect. */
function connectionFaults({ auth, capabilities }: Checked): string[] {
  if (auth?.kind === "oauth2") return [];
  return capabilityNames.flatMap((name) =>
    Object.entries(functionsOf(name)).flatMap(([fn, declaration]) =>
      declaration.auth === "connection" && fn in (capabilities[name] ?? {})
        ? [`auth: ${name}.${fn} acts for the person who connected, so auth must be oauth2({ … })`]
        : [],
    ),
  );
}

/** Whether a plugin written for this range runs with this kit. A range that is no range fits nothing. */
export const fitsKit = (range: string): boolean => satisfies(kitVersion, range, { includePrerelease: true });
