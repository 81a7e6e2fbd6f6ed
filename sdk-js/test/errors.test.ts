import { expect, test } from "vitest";
import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ContentTooLargeError,
  InternalServerError,
  MusicVerse,
  MusicVerseError,
  NotFoundError,
  PermissionDeniedError,
  PreconditionFailedError,
  RangeNotSatisfiableError,
  RateLimitError,
  UnprocessableEntityError,
  UnsupportedMediaTypeError,
} from "../src/index.ts";
import { json, misbehave, problem } from "./misbehaving-server.ts";

test.each([
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [409, ConflictError],
  [405, APIError],
  [412, PreconditionFailedError],
  [413, ContentTooLargeError],
  [415, UnsupportedMediaTypeError],
  [416, RangeNotSatisfiableError],
  [422, UnprocessableEntityError],
  [429, RateLimitError],
  [500, InternalServerError],
  [503, InternalServerError],
])("status %i throws its class with everything the answer said", async (status, Class) => {
  await using server = await misbehave(problem(status, "some_code", { "x-extra": "1" }));
  const error = await server
    .client({ retriesMax: 0 })
    .tracks.get("trk_1")
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Class);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toBeInstanceOf(MusicVerseError);
  expect(error).toMatchObject({
    name: Class.name,
    status,
    code: "some_code",
    requestId: "req_1",
    errors: [],
    problem: { title: "some_code" },
  });
  expect((error as APIError).headers.get("x-extra")).toBe("1");
  expect((error as APIError).message).toBe(
    `${status} some_code: Because of some_code.\n  (GET /v1/tracks/trk_1, request req_1)`,
  );
});

test("a rejected field is named in `errors` and in the message", async () => {
  const errors = [{ path: "/body/prompt", code: "too_long", message: "must have at most 2000 characters" }];
  await using server = await misbehave(problem(400, "validation_failed", {}, { errors }));
  const error = await server
    .client()
    .generations.create({ prompt: "" })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BadRequestError);
  expect(error).toHaveProperty("errors", errors);
  expect(String(error)).toContain("/body/prompt: must have at most 2000 characters");
});

test("an error page of a proxy is an error of its status, without code", async () => {
  await using server = await misbehave(
    (response) => void response.writeHead(404, { "content-type": "text/html" }).end("<h1>Nothing here</h1>"),
  );
  const error = await server
    .client()
    .tracks.get("trk_1")
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "NotFoundError", status: 404, code: null, requestId: null });
});

test("problems with unexpected members do not break the error itself", async () => {
  await using server = await misbehave(json({ errors: "none", code: "new_code", detail: null }, 418));
  const error = await server
    .client()
    .tracks.get("trk_1")
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 418, code: "new_code", errors: [] });
});

test("an unreachable server gives the reason and the cause", async () => {
  const client = new MusicVerse({ apiKey: "token", baseUrl: "http://127.0.0.1:1", retriesMax: 0 });
  const error = await client.tracks.get("trk_1").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(APIConnectionError);
  expect(error).toHaveProperty("cause");
  expect(String(error)).toMatch(/ECONNREFUSED|bad port/);
});

test("an answer that is no JSON names the likely mistake", async () => {
  await using server = await misbehave(
    (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
  );
  await expect(server.client().tracks.get("trk_1")).rejects.toThrow(
    /got text\/html with status 200: does baseUrl point at a MusicVerse API/,
  );
});

test("an empty id throws instead of asking for another resource", async () => {
  await using server = await misbehave(json({}));
  const { tracks } = server.client();
  for (const id of ["", ".", "..", undefined as unknown as string]) {
    expect(() => tracks.get(id)).toThrow(TypeError);
  }
  await tracks.get("a/../b?c=#d");
  expect(server.requests.map(({ url }) => url)).toEqual(["/v1/tracks/a%2F..%2Fb%3Fc%3D%23d"]);
});

test("without an API key nothing is sent, except where none is needed", async () => {
  await using server = await misbehave(json({ status: "ok" }));
  const client = server.client({ apiKey: undefined });
  await expect(client.tracks.list()).rejects.toThrow(/No API key.*MUSICVERSE_API_KEY/);
  await client.health.getLiveness();
  expect(server.requests.map(({ url }) => url)).toEqual(["/healthz"]);
});
