// Tables that the server obeys, made from the bundled contract and the error catalogue.
import { join } from "node:path";
import { appScopes } from "./app-security.mjs";
import { banner, generatedServerDir, readBundle, readErrorCatalogue, write } from "./files.mjs";
import { operationsTable } from "./operations-table.ts";

/** Writes operations.ts, errors.ts, events.ts and scopes.ts. */
export function writeServerFiles() {
  const document = readBundle();
  writeGenerated("operations.ts", operationsFile(document));
  writeGenerated("errors.ts", errorsFile(readErrorCatalogue()));
  writeGenerated("events.ts", eventsFile(document));
  writeGenerated("scopes.ts", scopesFile(document));
}

function operationsFile(document) {
  return `/** Every operation of the contract: where it is, who may call it and how it is treated. */
export const operations = ${JSON.stringify(operationsTable(document), null, 2)} as const;

export type OperationId = keyof typeof operations;
`;
}

function errorsFile(catalogue) {
  return `/** Every error code with its HTTP status, its title, what it means and what the caller does about it. */
export const errorCatalogue = ${JSON.stringify(catalogue, null, 2)} as const;

export type ErrorCode = keyof typeof errorCatalogue;
`;
}

function eventsFile(document) {
  const types = document.components.schemas.EventType.enum;
  const data = types.map((type) => `  "${type}": components["schemas"]["${dataSchemaName(document, type)}"];`);
  return `import type { components } from "./openapi.types.ts";

/** Every type of event that subscribers can get. */
export const eventTypes = ${JSON.stringify(types, null, 2)} as const;

export type EventType = (typeof eventTypes)[number];

/** What happened, in a sentence. */
export const eventDescriptions: Record<EventType, string> = ${JSON.stringify(document.components.schemas.EventType["x-enum-descriptions"], null, 2)};

/** What \`data\` of an event is, by its type. */
export interface EventData {
${data.join("\n")}
}
`;
}

/** Name of the schema of \`data\` in the payload of a webhook. */
function dataSchemaName(document, type) {
  const body = document.webhooks[type]?.post.requestBody.content["application/json"].schema;
  if (!body) throw new Error(`EventType lists ${type} but webhooks/${type}.yaml is missing; write it.`);
  const payload = document.components.schemas[nameOf(body.$ref)];
  return nameOf(payload.properties.data.$ref);
}

const nameOf = (reference) => reference.slice(reference.lastIndexOf("/") + 1);

function scopesFile(document) {
  const schema = document.components.schemas.Scope;
  return `/** Every scope that an API key can have. */
export const scopes = ${JSON.stringify(schema.enum, null, 2)} as const;

export type Scope = (typeof scopes)[number];

/** Those that people may give to an app by OAuth. */
export const appScopes: readonly Scope[] = ${JSON.stringify(appScopes(document), null, 2)};

/** What each scope means, in words for people. */
export const scopeDescriptions: Readonly<Record<Scope, string>> = ${JSON.stringify(schema["x-enum-descriptions"], null, 2)};
`;
}

function writeGenerated(name, text) {
  write(join(generatedServerDir, name), `${banner}\n${text}`);
}
