// Our own rules for the contract: what the server, the SDKs and the docs rely on, checked in the sources.
import { closedRequestBodies } from "./rules/closed-request-bodies.ts";
import { deprecationDeclared } from "./rules/deprecation-declared.ts";
import { errorCatalogue } from "./rules/error-catalogue.ts";
import { eventsComplete } from "./rules/events-complete.ts";
import { examplesPresent } from "./rules/examples-present.ts";
import { idempotencyDeclared } from "./rules/idempotency-declared.ts";
import { operationIdStyle } from "./rules/operation-id-style.ts";
import { paginationDeclared } from "./rules/pagination-declared.ts";
import { parameterNames } from "./rules/parameter-names.ts";
import { pathNames } from "./rules/path-names.ts";
import { problemResponses } from "./rules/problem-responses.ts";
import { rateClassDeclared } from "./rules/rate-class-declared.ts";
import { scopesDeclared } from "./rules/scopes-declared.ts";

export default () => ({
  id: "musicverse",
  rules: {
    oas3: {
      "closed-request-bodies": closedRequestBodies,
      "deprecation-declared": deprecationDeclared,
      "error-catalogue": errorCatalogue,
      "events-complete": eventsComplete,
      "examples-present": examplesPresent,
      "idempotency-declared": idempotencyDeclared,
      "operation-id-style": operationIdStyle,
      "pagination-declared": paginationDeclared,
      "parameter-names": parameterNames,
      "path-names": pathNames,
      "problem-responses": problemResponses,
      "rate-class-declared": rateClassDeclared,
      "scopes-declared": scopesDeclared,
    },
  },
});
