import { beforeAll, describe, expect, test } from "vitest";
import { drop, dropParameter, edit, lintBroken, set, type Breakage } from "./broken-contract.ts";

const accounts = (operation: string) => `paths/accounts/${operation}.yaml`;
const apiKeys = (operation: string) => `paths/api-keys/${operation}.yaml`;
const generations = (operation: string) => `paths/generations/${operation}.yaml`;
const tracks = (operation: string) => `paths/tracks/${operation}.yaml`;
const webhooks = (operation: string) => `paths/webhooks/${operation}.yaml`;
const json = ["content", "application/json"];
const problem = ["content", "application/problem+json"];
const teapot = {
  description: "A teapot.",
  content: { "application/json": { schema: { type: "string" }, examples: { tea: { value: "tea" } } } },
};

const deprecation = (fault: object, deprecated = true) => ({
  deprecated,
  "x-deprecation": {
    date: "2026-11-21",
    sunset: "2027-11-21",
    link: "https://musicverse.dev/deprecations/x",
    replacement: null,
    ...fault,
  },
});

/** Each rule with ways to break it, all in one contract, and what it must say about each; without a way: also about those before. */
const brokenContracts: Record<string, [mustSay: string, ...Breakage[]][]> = {
  "musicverse/operation-id-style": [
    ['"trackGet" must be a verb and a noun', set(tracks("getTrack"), [], { operationId: "trackGet" })],
    ["The file of trackGet must be named trackGet.yaml"],
    ["The file of getKey must be named getKey.yaml", set(apiKeys("getApiKey"), [], { operationId: "getKey" })],
    [
      "listTracks must have one tag, named like its folder (tracks)",
      set(tracks("listTracks"), [], { tags: ["events"] }),
    ],
  ],
  "musicverse/scopes-declared": [
    ["getTrack: security is missing", drop(tracks("getTrack"), "security")],
    ["listTracks: apiKey must name exactly one scope", set(tracks("listTracks"), ["security", "0"], { apiKey: [] })],
    [
      "deleteTrack: scope tracks:burn is not in schemas",
      set(tracks("deleteTrack"), ["security", "0"], { apiKey: ["tracks:burn"] }),
    ],
    [
      "getWebhook: security must be apiKey and session",
      set(webhooks("getWebhook"), [], { security: [{ apiKey: ["webhooks:read"] }] }),
    ],
    ["getTrack: the parameter MusicVerse-Mode belongs"],
    ["getWebhook: the parameter MusicVerse-Mode belongs"],
    ["getApiKey: the parameter MusicVerse-Mode belongs", dropParameter(apiKeys("getApiKey"), "MusicVerseMode")],
  ],
  "musicverse/rate-class-declared": [
    ["getTrack: x-rate-class must be one of", drop(tracks("getTrack"), "x-rate-class")],
    ["listTracks: x-rate-class write does not fit get", set(tracks("listTracks"), [], { "x-rate-class": "write" })],
    [
      "getWebhook: x-rate-class none is only for operations open",
      set(webhooks("getWebhook"), [], { "x-rate-class": "none" }),
    ],
  ],
  "musicverse/problem-responses": [
    [
      "getTrack lacks the error responses 400, 401;",
      drop(tracks("getTrack"), "responses", "400"),
      drop(tracks("getTrack"), "responses", "401"),
    ],
    ["listTracks lacks the error responses 403;", drop(tracks("listTracks"), "responses", "403")],
    ["deleteTrack lacks the error responses 404;", drop(tracks("deleteTrack"), "responses", "404")],
    ["getWebhook lacks the error responses 429;", drop(webhooks("getWebhook"), "responses", "429")],
    ["getLiveness lacks the error responses 500;", drop("paths/health/getLiveness.yaml", "responses", "500")],
    [
      "signUp lacks the error responses 413, 415;",
      drop(accounts("signUp"), "responses", "413"),
      drop(accounts("signUp"), "responses", "415"),
    ],
    [
      "getApiKey: the body of 418 must be application/problem+json",
      set(apiKeys("getApiKey"), ["responses"], { "418": teapot }),
    ],
  ],
  "musicverse/pagination-declared": [
    [
      "listTracks is only partly paginated; it lacks the parameter limit.",
      dropParameter(tracks("listTracks"), "Limit"),
    ],
    [
      "listWebhooks is only partly paginated; it lacks the parameter cursor.",
      dropParameter(webhooks("listWebhooks"), "Cursor"),
    ],
    ["listApiKeys is only partly paginated; it lacks x-paginated.", drop(apiKeys("listApiKeys"), "x-paginated")],
    [
      "listGenerations is only partly paginated; it lacks a list with has_more and next_cursor",
      drop("schemas/GenerationList.yaml", "properties", "next_cursor"),
      set("schemas/GenerationList.yaml", [], { required: ["object", "data", "has_more"] }),
      drop(generations("listGenerations"), "responses", "200", ...json, "examples", "page", "value", "next_cursor"),
    ],
  ],
  "musicverse/idempotency-declared": [
    ["createWebhook must have x-idempotent: true", drop(webhooks("createWebhook"), "x-idempotent")],
    ["createApiKey must have x-idempotent: true", dropParameter(apiKeys("createApiKey"), "IdempotencyKey")],
    ["getTrack must have neither", set(tracks("getTrack"), [], { "x-idempotent": true })],
    ["signUp must say in x-not-idempotent", drop(accounts("signUp"), "x-not-idempotent")],
    ["signIn must say in x-not-idempotent", set(accounts("signIn"), [], { "x-not-idempotent": "no need" })],
    [
      "testWebhook must not have x-not-idempotent",
      set(webhooks("testWebhook"), [], { "x-not-idempotent": "because nothing happens twice" }),
    ],
    [
      "uploadTrack lacks the responses 409 and 422",
      drop(tracks("uploadTrack"), "responses", "409"),
      drop(tracks("uploadTrack"), "responses", "422"),
    ],
  ],
  "musicverse/deprecation-declared": [
    ["getTrack: what is deprecated needs x-deprecation", set(tracks("getTrack"), [], { deprecated: true })],
    [
      "listTracks: x-deprecation has a sunset (2026-11-20) before its date",
      set(tracks("listTracks"), [], deprecation({ sunset: "2026-11-20" })),
    ],
    [
      "getWebhook: x-deprecation needs date and sunset",
      set(webhooks("getWebhook"), [], deprecation({ sunset: "soon" })),
    ],
    ["getApiKey: x-deprecation needs link", set(apiKeys("getApiKey"), [], deprecation({ link: "http://example.com" }))],
    [
      "deleteTrack: x-deprecation needs replacement",
      set(tracks("deleteTrack"), [], deprecation({ replacement: undefined })),
    ],
    [
      "listApiKeys: x-deprecation is only for what has deprecated",
      set(apiKeys("listApiKeys"), [], deprecation({}, false)),
    ],
    ["The parameter limit: what is deprecated", set("parameters/Limit.yaml", [], { deprecated: true })],
    ["The field title: what is deprecated", set("schemas/Track.yaml", ["properties", "title"], { deprecated: true })],
  ],
  "musicverse/examples-present": [
    [
      "createWebhook: the request (application/json) has no example",
      drop(webhooks("createWebhook"), "requestBody", ...json, "examples"),
    ],
    [
      "getTrack: the answer 200 (application/json) has no example",
      drop(tracks("getTrack"), "responses", "200", ...json, "examples"),
    ],
  ],
  "musicverse/parameter-names": [
    [
      "the query parameter eventStatus must be snake_case",
      set(generations("listGenerations"), ["parameters", "0"], { name: "eventStatus" }),
    ],
  ],
  "musicverse/path-names": [
    [
      "/v1/track_audio: track_audio must be in kebab-case",
      edit("openapi.yaml", ({ paths = {} }) => {
        paths["/v1/track_audio"] = paths["/v1/profile"];
        delete paths["/v1/profile"];
      }),
    ],
  ],
  "musicverse/closed-request-bodies": [
    [
      "signIn: the request body must have additionalProperties: false",
      drop("schemas/SignInRequest.yaml", "additionalProperties"),
    ],
    [
      "the request body/prompt needs maxLength",
      drop("schemas/CreateGenerationRequest.yaml", "properties", "prompt", "maxLength"),
    ],
    [
      "the request body/duration_seconds needs maximum",
      drop("schemas/CreateGenerationRequest.yaml", "properties", "duration_seconds", "maximum"),
    ],
    [
      "the request body/scopes needs maxItems",
      drop("schemas/CreateApiKeyRequest.yaml", "properties", "scopes", "maxItems"),
    ],
  ],
  "musicverse/events-complete": [
    ["Event track.deleted has no entry under webhooks", drop("openapi.yaml", "webhooks", "track.deleted")],
    [
      "Event track.played is not in schemas",
      set("openapi.yaml", ["webhooks"], { "track.played": { $ref: "webhooks/webhook.test.yaml" } }),
    ],
    [
      "Event generation.failed has no example",
      drop("webhooks/generation.failed.yaml", "post", "requestBody", ...json, "examples"),
    ],
    [
      "Event generation.canceled has a payload whose type is track.created",
      set("webhooks/generation.canceled.yaml", ["post", "requestBody", ...json], {
        schema: { $ref: "../schemas/TrackCreatedPayload.yaml" },
        examples: { event: { $ref: "../examples/TrackCreatedPayload.yaml" } },
      }),
    ],
  ],
  "musicverse/error-catalogue": [
    [
      'Example not_found must have title "Not found"',
      set("responses/NotFound.yaml", [...problem, "examples", "not_found", "value"], { title: "Gone" }),
    ],
    [
      "Example unauthenticated belongs to status 401, not 403",
      set(tracks("getTrack"), ["responses"], { "403": { $ref: "../../responses/Unauthenticated.yaml" } }),
    ],
    [
      "ErrorCode.yaml differs from errors.yaml",
      set("errors.yaml", [], { tea_time: { status: 418, title: "Tea time", description: "Five.", fix: "Wait." } }),
    ],
    ["No response has an example with the code tea_time"],
    [
      "No response has an example with the code email_taken",
      ...["signUp", "updateProfile", "confirmEmailVerification"].map((id) =>
        set(accounts(id), ["responses"], { "409": { $ref: "../../responses/IdempotencyConflict.yaml" } }),
      ),
    ],
  ],
  "no-invalid-media-type-examples": [
    [
      "must be equal to one of the allowed values",
      set("examples/TrackUploaded.yaml", ["value"], { source: "gramophone" }),
    ],
    [
      "must have required property 'url'",
      edit(webhooks("createWebhook"), (operation) => {
        delete operation.requestBody?.content?.["application/json"]?.examples?.all?.value?.url;
      }),
    ],
  ],
  "operation-summary": [["summary", drop(tracks("getTrack"), "summary")]],
  "operation-description": [["description", drop(tracks("getTrack"), "description")]],
  "parameter-description": [["description", drop("parameters/Range.yaml", "description")]],
};

test("the contract breaks no rule", async () => {
  expect(await lintBroken([])).toEqual(new Map());
});

type Case = [rule: string, ways: [mustSay: string, ...Breakage[]][]];
const cases: Case[] = Object.entries(brokenContracts);

/** A lint takes seconds of CPU, so rules that are broken in different files share one copy of the contract. */
function sharedCopies(): Case[][] {
  const copies: { files: Set<string>; cases: Case[] }[] = [];
  for (const one of cases) {
    const files = one[1].flatMap(([, ...breakages]) => breakages.map(({ file }) => file));
    let copy = copies.find((candidate) => files.every((file) => !candidate.files.has(file)));
    if (!copy) copies.push((copy = { files: new Set(), cases: [] }));
    copy.cases.push(one);
    for (const file of files) copy.files.add(file);
  }
  return copies.map((copy) => copy.cases);
}

describe.each(sharedCopies().map((rules, index) => ({ copy: index + 1, rules })))("broken copy $copy", ({ rules }) => {
  let found: Map<string, string[]>;
  beforeAll(async () => {
    found = await lintBroken(rules.flatMap(([, ways]) => ways.flatMap(([, ...breakages]) => breakages)));
  });

  test.each(rules)("%s notices what breaks it", (rule, ways) => {
    const said = found.get(rule)?.join("\n");
    for (const [mustSay] of ways) expect(said).toContain(mustSay);
  });

  test("and no rule notices what breaks another", () => {
    const expected = new Map(rules.map(([rule, ways]) => [rule, ways.map(([mustSay]) => mustSay)]));
    const unexpected = [...found].flatMap(([rule, messages]) =>
      messages
        .filter((message) => !expected.get(rule)?.some((mustSay) => message.includes(mustSay)))
        .map((message) => `${rule}: ${message}`),
    );
    expect(unexpected).toEqual([]);
  });
});
