import { satisfies, validRange } from "semver";
import { z } from "zod";
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

const generation = z.strictObject({
  repeat: z.enum(["idempotent", "costs"]),
  models: fn,
  estimate: fn,
  generate: fn,
  resolve: fn.optional(),
});

const manifest = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, "lower case letters, digits and -, beginning with a letter"),
  version: z.string().regex(semver, "a version like 1.0.0"),
  kit: z.string().refine((range) => validRange(range) !== null, "a version range like ^1.0.0"),
  name: z.string().min(1).max(60),
  docs: z.url({ protocol: /^https$/, error: "an https:// address" }),
  config: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/, "camelCase"), configField),
  hosts: z.array(z.string().regex(hostPattern, "a host name without scheme, port or path")),
  auth: z
    .strictObject({
      kind: z.literal("api_key"),
      field: z.string(),
      header: z.string().regex(/^[a-z0-9-]+$/, "a header name in lower case"),
      prefix: z.string(),
      onlyTo: z.string().nullable(),
    })
    .optional(),
  limits: z.strictObject({ app: rateLimit.optional(), connection: rateLimit.optional() }).optional(),
  capabilities: z
    .strictObject({ generation: generation.optional() })
    .refine((all) => Object.keys(all).length > 0, "at least one capability"),
  simulator: z.strictObject({ config: fn, load: fn }).optional(),
});

/** Every fault of a manifest as `where: what`, [] when there is none. Takes anything: a package may export anything. */
export function checkManifest(candidate: unknown): string[] {
  const result = manifest.safeParse(candidate);
  if (!result.success) {
    return describeIssues(result.error);
  }
  const { auth, config } = result.data;
  const faults: string[] = [];
  if (auth && config[auth.field]?.kind !== "secret")
    faults.push(`auth.field: "${auth.field}" is no secret() in config`);
  if (auth?.onlyTo && config[auth.onlyTo]?.kind !== "url")
    faults.push(`auth.onlyTo: "${auth.onlyTo}" is no url() in config`);
  return faults;
}

/** Whether a plugin written for this range runs with this kit. A range that is no range fits nothing. */
export const fitsKit = (range: string): boolean => satisfies(kitVersion, range, { includePrerelease: true });
