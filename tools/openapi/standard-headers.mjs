// Headers that every answer carries are put on each response here instead of in every operation's file.
const always = ["X-Request-Id"];
const whenCounted = [
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
  "RateLimit",
  "RateLimit-Policy",
];
const whenIdempotent = ["Idempotency-Replayed"];
const whenDeprecated = ["Deprecation", "Sunset", "Link"];

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/**
 * Adds the standard headers to all responses of a bundled document, as references to components/headers:
 * the request id always, rate limit headers unless `x-rate-class: none`, Idempotency-Replayed on 2xx of `x-idempotent`, and on those of `deprecated`
 * what announces that.
 * Shared responses (components/responses) are errors; they get the request id and the rate limit headers.
 */
export function addStandardHeaders(document) {
  for (const [name, response] of Object.entries(document.components.responses ?? {})) {
    // Answers that a webhook receiver gives to us are not ours.
    if (!name.startsWith("Webhook") || response.content) add(response, [...always, ...whenCounted]);
  }
  for (const item of Object.values(document.paths)) {
    for (const method of methods) {
      if (item[method]) addToOperation(document, item[method]);
    }
  }
  return document;
}

function addToOperation(document, operation) {
  const counted = operation["x-rate-class"] === "none" ? [] : whenCounted;
  for (const [status, response] of Object.entries(operation.responses)) {
    const replayed = operation["x-idempotent"] && status.startsWith("2") ? whenIdempotent : [];
    const announced = operation.deprecated ? whenDeprecated : [];
    if (!response.$ref) add(response, [...always, ...counted, ...replayed, ...announced]);
  }
}

function add(response, names) {
  const references = names.map((name) => [name, { $ref: `#/components/headers/${name}` }]);
  response.headers = { ...response.headers, ...Object.fromEntries(references) };
}
