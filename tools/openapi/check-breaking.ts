// Fails when the bundle breaks programs written for the last landed one, unless openapi/breaking-changes.yaml says why.
// CONTRACT_BASE: a git revision to compare with (a pull request's target branch); see landed-bundle.ts for the default.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { findBreakingChanges, parseAcceptedBreaks, withoutAccepted } from "./breaking-changes.ts";
import { findLandedBundle } from "./landed-bundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");

const current = read("openapi/dist/openapi.json");
const landed = findLandedBundle(root, current, process.env.CONTRACT_BASE || undefined);
if (landed === null) {
  console.log("contract: no earlier bundle in this checkout's history, so there is nothing to compare with");
} else {
  const accepted = parseAcceptedBreaks(read("openapi/breaking-changes.yaml"));
  const found = findBreakingChanges(landed.text, current);
  const unexplained = withoutAccepted(found, accepted);
  const counts = `${found.length} breaking, ${found.length - unexplained.length} of them explained`;
  console.log(`contract: compared with ${landed.commit.slice(0, 12)}: ${counts}`);
  for (const change of unexplained) console.error(`  ${change.message}\n    ${change.rule} at ${change.at}`);
  if (unexplained.length > 0) {
    const entries = unexplained.map(({ rule, at }) => ({ rule, at, reason: "" }));
    console.error("Keep the old shape and add beside it. If it must break, say why in openapi/breaking-changes.yaml:");
    console.error(stringify(entries, { lineWidth: 0 }));
    process.exitCode = 1;
  }
}
