import type { MediaType, Response } from "../redocly.ts";
import { eachOperation, fileOf, follow } from "../redocly.ts";

/** Every body has an example: the request, each answer, each error. (That examples fit is Redocly's own rule.) */
export const examplesPresent = eachOperation((operation, context) => {
  const bodies: [string, Record<string, MediaType>][] = [["request", operation.requestBody?.content ?? {}]];
  for (const [status, entry] of Object.entries(operation.responses ?? {})) {
    bodies.push([`answer ${status}`, follow<Response>(context, entry, fileOf(context))?.node.content ?? {}]);
  }
  for (const [what, content] of bodies) {
    for (const [type, { examples = {} }] of Object.entries(content)) {
      if (Object.keys(examples).length > 0) continue;
      const message = `${operation.operationId}: the ${what} (${type}) has no example; add one under examples.`;
      context.report({ message });
    }
  }
});
