// Files of the contract that no reference leads to, or that a rule needs wherever it stands.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import type { Schema } from "./redocly.ts";

export interface CatalogueEntry {
  status: number;
  title: string;
  description: string;
  fix: string;
}

/** errors.yaml of the contract that `file` belongs to. */
export const errorCatalogueOf = (file: string) => read<Record<string, CatalogueEntry>>(file, "errors.yaml");

/** A schema of the contract that `file` belongs to, without following its references. */
export const schemaOf = (file: string, name: string) => read<Schema>(file, `schemas/${name}.yaml`);

function read<T>(file: string, path: string): T {
  return parse(readFileSync(join(rootOf(file), path), "utf8")) as T;
}

function rootOf(file: string): string {
  const dir = dirname(file);
  if (existsSync(join(dir, "openapi.yaml"))) return dir;
  if (dir === file) throw new Error("No openapi.yaml above the linted file; lint the contract in its own folder.");
  return rootOf(dir);
}
