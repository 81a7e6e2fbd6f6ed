import { createPeppers } from "../../platform/crypto/index.ts";
import { accepted, type Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import { parseKey } from "./key-format.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { insertReports, type NewReport } from "./report-store.ts";

/**
 * Takes in what was seen; whether there are such keys is looked up after the answer, so that neither the answer nor its
 * time can tell. What is no key by its form and checksum, which everybody can check, is left out.
 */
export const reportApiKey = ({
  db,
  clock,
  config,
  exposures,
}: Pick<ApiKeysDeps, "db" | "clock" | "config" | "exposures">): Handler<"reportApiKey"> => {
  const peppers = createPeppers(config.keyPeppers);
  return async ({ body }) => {
    const sightings = [...(body.key === undefined ? [] : [{ key: body.key, url: body.url }]), ...(body.reports ?? [])];
    if (sightings.length === 0)
      throw invalidField("/body/key", "required", "Give the key that was seen, or several in reports.");
    const reports = sightings.flatMap(({ key: text, url = null }): NewReport[] => {
      const key = text.trim();
      const parsed = parseKey(key);
      if (!parsed) return [];
      const hashes = Object.fromEntries(
        peppers.versions.map((version) => [version, peppers.hash(version, key).toString("hex")]),
      );
      return [{ id: newId(), publicId: parsed.publicId, hashes, url }];
    });
    if (reports.length > 0) {
      await db.asSystem("exposed keys were reported", (tx) => insertReports(tx, reports, clock.now()));
      exposures.take(reports.map(({ id }) => id));
    }
    return accepted({ object: "api_key_report" as const, received: sightings.length });
  };
};
