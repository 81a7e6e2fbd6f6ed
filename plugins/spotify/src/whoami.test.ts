import { httpResponse, type HttpRequest } from "@musicverse/plugin-kit";
import { jsonAnswer } from "@musicverse/plugin-kit/conformance";
import { expect, test } from "vitest";
import { goodBody } from "./answers.fixture.ts";
import type { Context } from "./settings.ts";
import { whoami } from "./whoami.ts";

const as = (body: object): Promise<unknown> => {
  const request = async (_wish: HttpRequest) => httpResponse(jsonAnswer(200, body), new Date());
  return whoami({ http: { request } } as Partial<Context> as Context);
};

test("people are known by the id that never changes, and by the older one where there is none", async () => {
  expect(await as(goodBody)).toEqual({
    externalId: "aB3dE5fG7h",
    name: "Listener",
    email: "listener@example.com",
    emailVerified: false,
  });
  expect(await as({ ...goodBody, account_id: undefined })).toMatchObject({ externalId: "listener" });
});

test("a name or an address that is missing or none is left out: both are deprecated or optional", async () => {
  expect(await as({ id: "x" })).toEqual({ externalId: "x", name: null, email: null, emailVerified: false });
  expect(await as({ id: "x", display_name: "  ", email: "not an address" })).toMatchObject({ name: null, email: null });
  expect(await as({ id: "x", display_name: "n".repeat(900) })).toMatchObject({ name: "n".repeat(200) });
});
