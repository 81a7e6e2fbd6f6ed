import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { MusicVerse } from "@musicverse/sdk";
import { ENTITLEMENT_EVENTS } from "../../server/src/features/entitlements/revise.ts";
import { errorCatalogue } from "../../server/src/generated/errors.ts";
import { eventTypes } from "../../server/src/generated/events.ts";
import { operations } from "../../server/src/generated/operations.ts";
import { scopes } from "../../server/src/generated/scopes.ts";
import { operations as sdkOperations } from "../../sdk-js/src/generated/operations.ts";
import { productionCode, root } from "./sources.ts";

interface Operation {
  operationId: string;
  security?: Record<string, string[]>[];
}
interface Contract {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, unknown>;
}

// The bundle, not the tables generated from it: they are among what is compared.
const contract = JSON.parse(readFileSync(join(root, "openapi/dist/openapi.json"), "utf8")) as Contract;
const inContract = Object.values(contract.paths).flatMap((path) => Object.values(path));
const operationIds = sorted(inContract.map(({ operationId }) => operationId));
const serverCode = productionCode().filter(({ path }) => path.startsWith("server/src/"));

/** Files of a slice are in kebab-case, except those of operations: they have the operation's name. */
const handlerFiles = serverCode.filter(({ path }) => /^server\/src\/features\/[^/]+\/[a-z]+[A-Z]\w*\.ts$/.test(path));

function sorted(values: Iterable<string>): string[] {
  return [...values].toSorted((a, b) => (a < b ? -1 : 1));
}

/** Everything that the pattern's first group finds in the files, once. */
function found(pattern: RegExp, files: readonly { text: string }[]): string[] {
  return sorted(new Set(files.flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""))));
}

test("the contract has operations, and the server's and the SDK's tables have exactly them", () => {
  expect(operationIds.length).toBeGreaterThan(30);
  expect(sorted(Object.keys(operations))).toEqual(operationIds);
  expect(sorted(Object.keys(sdkOperations))).toEqual(operationIds);
});

test("each operation has one handler file with its name, and no handler file is without an operation", () => {
  expect(sorted(handlerFiles.map(({ path }) => basename(path, ".ts")))).toEqual(operationIds);
  const misnamed = handlerFiles.filter(({ path, text }) => !text.includes(`export const ${basename(path, ".ts")} =`));
  expect(
    misnamed.map(({ path }) => path),
    "files that do not export the operation they are named after",
  ).toEqual([]);
});

test("each idempotent operation does its work in write() or writeAsSystem(), which store the answer with the effect", () => {
  const idempotent = Object.entries(operations)
    .filter(([, { idempotent: is }]) => is)
    .map(([id]) => id);
  expect(idempotent.length).toBeGreaterThan(10);
  const writing = handlerFiles
    .filter(({ text }) => /\bwrite(AsSystem)?\(/.test(text))
    .map(({ path }) => basename(path, ".ts"));
  expect(idempotent.filter((id) => !writing.includes(id))).toEqual([]);
});

test("each operation has its own method in the SDK", () => {
  const client = new MusicVerse({ apiKey: null, baseUrl: "http://127.0.0.1:9" }) as unknown as Record<
    string,
    Record<string, unknown>
  >;
  const places = Object.values(sdkOperations).map(({ resource, method }) => `${resource}.${method}`);
  expect(new Set(places).size).toBe(operationIds.length);
  const missing = Object.values(sdkOperations).filter(
    ({ resource, method }) => typeof client[resource]?.[method] !== "function",
  );
  expect(missing).toEqual([]);
});

test("each error code of the catalogue is used, and each one used is in the catalogue", () => {
  expect(found(/new ProblemError\(\s*"(\w+)"/g, serverCode)).toEqual(sorted(Object.keys(errorCatalogue)));
});

test("each event type of the contract is emitted, and each one emitted is in the contract", () => {
  expect(sorted(eventTypes)).toEqual(sorted(Object.keys(contract.webhooks)));
  const emitted = [/\bemit\(tx, \{ type: "([\w.]+)"/g, /\bsendTestEvent\(.*type: "([\w.]+)"/g];
  const named = emitted.flatMap((pattern) => found(pattern, serverCode));
  expect(sorted([...named, ...Object.values(ENTITLEMENT_EVENTS)])).toEqual(sorted(eventTypes));
});

test("each scope opens an operation, and each operation's scope is a known one", () => {
  const needed = inContract.flatMap(({ security }) => security ?? []).flatMap((scheme) => scheme.apiKey ?? []);
  expect(sorted(new Set(needed))).toEqual(sorted(scopes));
});
