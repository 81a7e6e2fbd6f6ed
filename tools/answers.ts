// Compares what the spec says an operation may answer with what the platform answered during the tests, as its log tells.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Operation {
  operationId: string;
  responses: Record<string, unknown>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: { ErrorCode: { enum: string[] } } };
}

/** Declared and not to be seen, each for its reason: `operationId status` or a code of the error catalogue. */
const unseen: ReadonlyMap<string, string> = new Map([]);

/** A line of the access log; what the fuzzer got says nothing about what a test expects. */
const REQUEST = /"name":"(?!fuzz")[^"]*".*"status":(\d+).*"msg":"request"/;

/**
 * What the spec declares and no test has seen: one line per answer of an operation and per error code, and one per exception
 * of ours that is none any more.
 */
export function findUnseenAnswers(folder: string, spec: string): string[] {
  const document = JSON.parse(readFileSync(spec, "utf8")) as Document;
  const seen = answersIn(folder);
  const operations = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).filter(({ operationId }) => operationId !== undefined),
  );
  // A 500 is declared for what nobody foresees.
  const declared = operations.flatMap(({ operationId, responses }) =>
    Object.keys(responses)
      .filter((status) => status !== "500")
      .map((status) => `${operationId} ${status}`),
  );
  const wanted = [...declared, ...document.components.schemas.ErrorCode.enum];
  return [
    ...wanted
      .filter((answer) => !seen.has(answer) && !unseen.has(answer))
      .map((answer) => `no test has seen: ${answer}`),
    ...[...unseen.keys()]
      .filter((answer) => seen.has(answer) || !wanted.includes(answer))
      .map((answer) => `no exception any more, take it out of tools/answers.ts: ${answer}`),
  ];
}

function answersIn(folder: string): Set<string> {
  const seen = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".log"))) {
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      const [, status] = REQUEST.exec(line) ?? [];
      if (status === undefined) continue;
      seen.add(`${/"operation":"(\w+)"/.exec(line)?.[1]} ${status}`);
      seen.add(String(/"problem":"(\w+)"/.exec(line)?.[1]));
    }
  }
  return seen;
}
