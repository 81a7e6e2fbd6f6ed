import type { Context, Response } from "../redocly.ts";
import { fileOf, follow } from "../redocly.ts";
import { errorCatalogueOf, schemaOf, type CatalogueEntry } from "../sources.ts";

// Answered for paths and methods that no operation has, and by pages for people.
const OUTSIDE_OPERATIONS = ["method_not_allowed", "form_rejected", "body_timeout"];

interface Example {
  value?: { type?: string; title?: string; status?: number; code?: string };
}

/**
 * Errors in the contract are those of errors.yaml: the enum of Problem.code is its list of codes; the examples of a
 * problem response are named by code and have its type, title and status; and every code is shown somewhere.
 */
export const errorCatalogue = () => {
  const shown = new Set<string>(OUTSIDE_OPERATIONS);
  return {
    Paths: {
      PathItem: {
        Operation: {
          Response(response: Response, context: Context) {
            const catalogue = errorCatalogueOf(fileOf(context));
            const examples = response.content?.["application/problem+json"]?.examples ?? {};
            for (const [code, entry] of Object.entries(examples)) {
              shown.add(code);
              const example = follow(context, entry as Example, fileOf(context))?.node.value;
              const problem = problemOf(code, example, catalogue[code], String(context.key));
              if (problem) context.report({ message: `Example ${code} ${problem}`, location: context.location });
            }
          },
        },
      },
    },
    Root: {
      leave(_: unknown, context: Context) {
        const codes = Object.keys(errorCatalogueOf(fileOf(context)));
        const declared = schemaOf(fileOf(context), "ErrorCode").enum ?? [];
        if (declared.join() !== codes.join()) {
          context.report({ message: "schemas/ErrorCode.yaml differs from errors.yaml; run npm run gen." });
        }
        for (const code of codes.filter((known) => !shown.has(known))) {
          context.report({ message: `No response has an example with the code ${code}; add one or drop the code.` });
        }
      },
    },
  };
};

function problemOf(code: string, example: Example["value"], entry: CatalogueEntry | undefined, status: string) {
  if (!entry) return "is not a code of errors.yaml.";
  if (String(entry.status) !== status) return `belongs to status ${entry.status}, not ${status}.`;
  const wanted = { type: `https://musicverse.dev/errors/${code}`, title: entry.title, status: entry.status, code };
  const given: Record<string, unknown> = { ...example };
  const wrong = Object.entries(wanted).filter(([field, value]) => given[field] !== value);
  return wrong.length > 0 ? `must have ${wrong.map(([field, value]) => `${field} "${value}"`).join(", ")}.` : null;
}
