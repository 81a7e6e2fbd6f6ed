import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Case } from "./case.ts";
import { everyList, everyProblem } from "./derived-cases.ts";
import { everyCsv, everyOperation, everyRange, everyRetry } from "./every-operation.ts";
import { everyEvent, publishedVectors, signed, type SignedCase } from "./webhook-cases.ts";

const folder = fileURLToPath(new URL("cases/", import.meta.url));

/** Where the published vectors of Standard Webhooks are; they are no part of this repository. */
const vectorsFile = join(
  process.env["MUSICVERSE_CONTRACTS_DIR"] ?? fileURLToPath(new URL("../../../shared/contracts", import.meta.url)),
  "standard-webhooks/vectors.json",
);

/** Every case, in a fixed order. */
export function loadTable(): Case[] {
  const written = globSync("*.yaml", { cwd: folder })
    .toSorted()
    .flatMap((file) => {
      const cases = parse(readFileSync(join(folder, file), "utf8")) as (Omit<Case, "group"> | SignedCase)[];
      return cases.map((entry): Case => ({
        ...("sign" in entry ? signed(entry) : entry),
        group: basename(file, ".yaml"),
      }));
    });
  if (!existsSync(vectorsFile))
    console.error(
      `Not in the table: the published vectors of Standard Webhooks, there is no ${vectorsFile}; set MUSICVERSE_CONTRACTS_DIR.`,
    );
  const table = [
    ...written,
    ...everyOperation(),
    ...everyRetry(),
    ...everyCsv(),
    ...everyRange(),
    ...everyList(),
    ...everyProblem(),
    ...everyEvent(),
    ...(existsSync(vectorsFile) ? publishedVectors(readFileSync(vectorsFile, "utf8")) : []),
  ];
  const names = table.map(({ group, name }) => `${group}: ${name}`);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`names of cases must be unique: ${twice.join(", ")}`);
  return table;
}
