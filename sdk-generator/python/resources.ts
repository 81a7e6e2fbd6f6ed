import { nameOfReference } from "../document.ts";
import type { OpenApiDocument, SchemaObject } from "../document.ts";
import { errorClass, methodsOf } from "../model.ts";
import type { Operation } from "../model.ts";
import { pascal, snake } from "../names.ts";
import { parserName } from "./models.ts";
import type { Models } from "./models.ts";
import { bodySchema, hasFreeBody, paramsOf } from "./params.ts";
import type { Param } from "./params.ts";
import { BANNER, byCodePoint, docstring, identifier, importLine } from "./text.ts";
import { noReferences, paramName, PythonTypes } from "./types.ts";

export type Flavour = "sync" | "async";

interface Context {
  document: OpenApiDocument;
  types: PythonTypes;
  models: Models;
  flavour: Flavour;
}

/** resources/<tag>.py or async_resources/<tag>.py: a class with a method per operation, and one that gives raw responses. */
export function resourceFile(context: Context, tag: string, operations: Operation[]): string {
  const { document, flavour } = context;
  const prefix = flavour === "async" ? "Async" : "";
  const name = `${prefix}${pascal(tag)}Resource`;
  const raw = `${prefix}${pascal(tag)}WithRawResponse`;
  const description = document.tags.find(({ name: candidate }) => candidate === tag)?.description;
  const used = noReferences();
  const inlineParams = new Set<string>();
  const all = methodsOf(operations);
  const methods = all.map((operation) => method(context, operation, used, inlineParams));
  const wrapped = all.filter(({ result }) => result.kind !== "events");
  const member = snake(tag);
  const rawLines = wrapped.map(
    (operation) =>
      `        self.${pythonMethod(operation)} = ${flavour === "async" ? "async_raw" : "raw"}(${member}.${pythonMethod(operation)})\n`,
  );
  const body = `

class ${name}(${prefix}Resource):
${docstring([description], "    ")}
    @property
    def with_raw_response(self) -> ${raw}:
        """The same methods, which give the status, headers and body of the answer."""
        return ${raw}(type(self)(self._transport.raw()))

${methods.join("\n")}

class ${raw}:
    """Methods of ${name} that give raw responses; \`parse()\` gives what the method itself would."""

    def __init__(self, ${member}: ${name}) -> None:
${rawLines.join("")}`;
  return `${head(context, operations, body, used, inlineParams)}${body}`;
}

export function pythonMethod({ method: name }: Operation): string {
  return identifier(snake(name));
}

function head(
  { models, flavour }: Context,
  operations: Operation[],
  body: string,
  used: ReturnType<typeof noReferences>,
  inlineParams: Set<string>,
): string {
  const runtime = new Map<string, Set<string>>();
  for (const operation of operations) {
    const schema = resultSchema(operation);
    const name = schema?.$ref && nameOfReference(schema.$ref);
    const module = name ? models.modules.get(name) : undefined;
    if (!name || module === undefined) continue;
    const names = runtime.get(module) ?? new Set();
    runtime.set(module, names.add(name));
    if (models.tagged.has(name)) names.add(parserName(name));
  }
  const has = (pattern: string): boolean => new RegExp(`\\b${pattern}`).test(body);
  const [transport, page, stream, binary] =
    flavour === "async"
      ? ["AsyncResource", "AsyncPager", "AsyncEventStream", "AsyncBinaryResponse"]
      : ["Resource", "Page", "EventStream", "BinaryResponse"];
  const async_ = flavour === "async" ? "_async" : "";
  const own =
    importLine("..._omit", has("omit\\b") ? ["Omit", "omit"] : []) +
    importLine("..._range", has("range_header\\(") ? ["range_header"] : []) +
    importLine("..._raw", [flavour === "async" ? "async_raw" : "raw"]) +
    importLine("..._request", ["Request", ...(has("path\\(") ? ["path"] : [])]) +
    importLine("..._resource", [transport ?? ""]) +
    [...runtime]
      .toSorted(([a], [b]) => byCodePoint(a, b))
      .map(([module, names]) => importLine(`..models.${module}`, names))
      .join("");
  const params = [...[...used.params].map(paramName), ...inlineParams];
  const checking =
    importLine(
      "collections.abc",
      ["Mapping", "Sequence"].filter((name) => has(`${name}\\[`)),
      "    ",
    ) +
    importLine("datetime", has("datetime \\|") ? ["datetime"] : [], "    ") +
    importLine("typing", [...(has("Any\\]") ? ["Any"] : []), ...(has("Literal\\[") ? ["Literal"] : [])], "    ");
  const checkingOwn =
    importLine(`...${async_}_binary`, has(`${binary}\\b`) ? [binary ?? ""] : [], "    ") +
    importLine(`...${async_}_events`, has(`${stream}\\b`) ? [stream ?? ""] : [], "    ") +
    importLine("..._options", ["RequestOptions"], "    ") +
    importLine(`...${async_}_page`, has(`${page}\\[`) ? [page ?? ""] : [], "    ") +
    importLine("..._range", has("ByteRange") ? ["ByteRange"] : [], "    ") +
    importLine("..._upload", has("Uploadable") ? ["Uploadable"] : [], "    ") +
    importLine("..literals", used.literals, "    ") +
    importLine("..params", params, "    ");
  return `${BANNER}
from __future__ import annotations

from typing import TYPE_CHECKING

${importLine("typing_extensions", has("deprecated\\(") ? ["deprecated"] : [])}${own}
if TYPE_CHECKING:
${[checking, checkingOwn].filter(Boolean).join("\n")}`;
}

function method(
  context: Context,
  operation: Operation,
  used: ReturnType<typeof noReferences>,
  inlineParams: Set<string>,
): string {
  const { document, types, flavour } = context;
  const free = hasFreeBody(document, operation);
  const inline: { name: string; schema: SchemaObject }[] = [];
  const params = free ? [] : paramsOf(document, types, operation, used, inline);
  for (const { name } of inline) inlineParams.add(name);
  for (const { name } of params)
    if (name === "options" || name === "self")
      throw new Error(`${operation.id}: a parameter cannot be called ${name}, which every method has already`);
  const ordered = [...params.filter(({ required }) => required), ...params.filter(({ required }) => !required)];
  const keywords = ordered.map(
    ({ name, type, required }) => `        ${identifier(name)}: ${required ? type : `${type} | Omit = omit`},\n`,
  );
  const ids = operation.pathParameters.map(({ name }) => `        ${snake(name)}: str,\n`);
  if (free) ids.push("        body: Mapping[str, Any],\n");
  const { returns, call, isAwaited } = result(context, operation);
  const starter = flavour === "async" && isAwaited ? "async def" : "def";
  const awaiting = flavour === "async" && isAwaited ? "await " : "";
  const announced = operation.deprecated?.replace(/^@deprecated ?/, "") || "It will go.";
  const deprecated = operation.deprecated === null ? "" : `    @deprecated(${JSON.stringify(announced)})\n`;
  return `${deprecated}    ${starter} ${pythonMethod(operation)}(
        self,
${ids.join("")}        *,
${keywords.join("")}        options: RequestOptions | None = None,
    ) -> ${returns}:
${documentation(operation, params)}        return ${awaiting}${call(requestText(context, operation, params, free))}
`;
}

function resultSchema({ result: kind }: Operation): SchemaObject | null {
  if (kind.kind === "json") return kind.schema;
  if (kind.kind === "page") return kind.item;
  return kind.kind === "events" ? kind.data : null;
}

function result(
  { flavour, models }: Context,
  operation: Operation,
): { returns: string; call: (request: string) => string; isAwaited: boolean } {
  const schema = resultSchema(operation);
  const name = schema?.$ref ? nameOfReference(schema.$ref) : "";
  if (schema && !models.modules.has(name))
    throw new Error(`${operation.id}: its answer must be a schema with a name, for a class of its own`);
  const parser = models.tagged.has(name) ? parserName(name) : name;
  const a = flavour === "async" ? "Async" : "";
  const send = (kind: string, to: string) => (request: string) =>
    `self._transport.${kind}(\n            ${request},\n${to}            options,\n        )`;
  switch (operation.result.kind) {
    case "json":
      return { returns: name, call: send("json", `            ${parser},\n`), isAwaited: true };
    case "page":
      return {
        returns: flavour === "async" ? `AsyncPager[${name}]` : `Page[${name}]`,
        call: send("page", `            ${parser},\n`),
        isAwaited: false,
      };
    case "events":
      return {
        returns: `${a}EventStream[${name}]`,
        call: send("events", `            ${parser},\n`),
        isAwaited: false,
      };
    case "binary":
      return { returns: `${a}BinaryResponse`, call: send("binary", ""), isAwaited: true };
    case "text":
      return { returns: "str", call: send("text", ""), isAwaited: true };
    case "empty":
      return { returns: "None", call: send("empty", ""), isAwaited: true };
  }
}

function requestText({ document }: Context, operation: Operation, params: Param[], free: boolean): string {
  const { body, queryParameters, headerParameters } = operation;
  const ids = operation.pathParameters.map(({ name }) => snake(name));
  const template = JSON.stringify(operation.path.replaceAll(/\{\w+\}/g, "{}"));
  const parts = [JSON.stringify(operation.http), ids.length > 0 ? `path(${template}, ${ids.join(", ")})` : template];
  const dict = (chosen: Param[], key: (wire: string) => string = (wire) => wire): string =>
    `{${chosen.map(({ wire, name }) => `${JSON.stringify(key(wire))}: ${identifier(name)}`).join(", ")}}`;
  const of = (parameters: { name: string }[]): Param[] =>
    params.filter(({ wire }) => parameters.some(({ name }) => name === wire));
  const fixed = Object.entries(operation.fixedQuery)
    .map(([name, value]) => `, ${JSON.stringify(name)}: ${JSON.stringify(value)}}`)
    .join("");
  if (queryParameters.length > 0)
    parts.push(`query=${fixed ? dict(of(queryParameters)).replace(/\}$/, fixed) : dict(of(queryParameters))}`);
  if (headerParameters.length > 0)
    parts.push(
      `headers=${dict(of(headerParameters), (wire) => wire.toLowerCase()).replace('"range": range', '"range": range_header(range)')}`,
    );
  if (body?.kind === "json") parts.push(`body=${free ? "body" : dict(params)}`);
  if (body?.kind === "form") {
    const files = Object.entries(bodySchema(document, body.schema).properties ?? {}).filter(
      ([, { format }]) => format === "binary",
    );
    parts.push(`form=${dict(params)}`, `files=(${files.map(([name]) => `${JSON.stringify(name)},`).join(" ")})`);
  }
  if (operation.public) parts.push("public=True");
  if (operation.idempotent) parts.push("idempotent=True");
  return `Request(${parts.join(", ")})`;
}

function documentation(operation: Operation, params: Param[]): string {
  const access = operation.public
    ? "Needs no credentials."
    : operation.scope
      ? `Scope \`${operation.scope}\`.`
      : "Needs a session token.";
  const args = params
    .filter(({ description }) => description)
    .map(({ name, description }) => `- \`${identifier(name)}\`: ${description?.replaceAll(/\s+/g, " ")}`);
  const errors = operation.errors.map(({ status }) => `${errorClass(status)} (${status})`);
  return docstring(
    [
      `${operation.summary}: \`${operation.http} ${operation.path}\`. ${access}`,
      operation.description,
      operation.result.kind === "binary" && "Nothing is read until you do, see `BinaryResponse`.",
      operation.deprecated?.replace("@deprecated", "Deprecated."),
      args.length > 0 && `Args:\n${args.join("\n")}`,
      errors.length > 0 && `Raises: ${errors.join(", ")}.`,
    ],
    "        ",
  );
}
