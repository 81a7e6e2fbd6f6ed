import { basename, dirname } from "node:path";
import { eachOperation, fileOf } from "../redocly.ts";

// One verb, one meaning, in every operation, SDK method and docs page. Add a verb only for a new meaning.
const VERBS = [
  "add",
  "cancel",
  "change",
  "confirm",
  "create",
  "delete",
  "download",
  "end",
  "finish",
  "export",
  "get",
  "link",
  "list",
  "move",
  "put",
  "regenerate",
  "remove",
  "report",
  "request",
  "reset",
  "receive",
  "retry",
  "revoke",
  "rotate",
  "sign",
  "start",
  "stream",
  "test",
  "unlink",
  "update",
  "upload",
];
const STYLE = new RegExp(`^(${VERBS.join("|")})([A-Z][a-z0-9]*)+$`);

/** operationId is a known verb and a noun in camelCase; the file is named after it, its folder after the tag. */
export const operationIdStyle = eachOperation((operation, context) => {
  const { operationId = "", tags = [] } = operation;
  const location = context.location.child("operationId");
  if (!STYLE.test(operationId)) {
    const style = `must be a verb and a noun, such as getTrack. Verbs: ${VERBS.join(", ")}.`;
    context.report({ message: `operationId "${operationId}" ${style}`, location });
  }
  const file = fileOf(context);
  if (basename(file) !== `${operationId}.yaml`) {
    context.report({ message: `The file of ${operationId} must be named ${operationId}.yaml.`, location });
  }
  if (tags.length !== 1 || tags[0] !== basename(dirname(file))) {
    const message = `${operationId} must have one tag, named like its folder (${basename(dirname(file))}).`;
    context.report({ message, location: context.location.child("tags") });
  }
});
