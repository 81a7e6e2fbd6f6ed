import { createHash } from "node:crypto";
import type { Express, Request, Response } from "express";
import { invalid, StripeFault } from "./errors.ts";
import { expand, listOf } from "./expand.ts";
import { Form, nested } from "./form.ts";
import { apiVersion, simulatedKey } from "./key.ts";
import type { Change, Look, World } from "./world.ts";

interface Asked {
  /** The `{id}` of the path; "" where there is none. */
  id: string;
  form: Form;
}

export type Read = (look: Look, asked: Asked) => Promise<object>;
export type Write = (change: Change, asked: Asked) => Promise<object>;

/** Stripe's manners around every endpoint: key, version, unknown parameters, expand, idempotency keys, errors. */
export function stripeApi(app: Express, world: World) {
  const guarded =
    (answer: (request: Request, response: Response) => Promise<void>) =>
    async (request: Request, response: Response) => {
      response.set({
        "Request-Id": `req_${createHash("sha256").update(`${Date.now()} ${Math.random()}`).digest("hex").slice(0, 14)}`,
        "Stripe-Version": apiVersion,
      });
      try {
        checkCaller(request);
        await answer(request, response);
      } catch (error) {
        if (!(error instanceof StripeFault)) throw error;
        response.status(error.status).json(error.body);
      }
    };

  const run = async <L extends Look>(
    look: L,
    request: Request,
    work: (look: L, asked: Asked) => Promise<object>,
  ): Promise<object> => {
    const given = (request.method === "POST" ? request.body : request.query) as Record<string, unknown> | undefined;
    const form = new Form(nested(given ?? {}));
    const wishes = form.texts("expand");
    const answer = await work(look, { id: String(request.params["id"] ?? ""), form });
    form.done();
    return expand(look, answer, wishes);
  };

  return {
    get: (path: string, work: Read) =>
      void app.get(
        path,
        guarded(async (request, response) => void response.json(await world.read((look) => run(look, request, work)))),
      ),
    post: (path: string, work: Write) =>
      void app.post(
        path,
        guarded(async (request, response) => {
          const { status, body, replayed } = await world
            .write((change) => once(change, request, () => run(change, request, work)))
            .catch((error: unknown) => refused(world, request, error));
          if (replayed) response.set("Idempotent-Replayed", "true");
          response.status(status).json(body);
        }),
      ),
    delete: (path: string, work: Write) =>
      void app.delete(
        path,
        guarded(
          async (request, response) => void response.json(await world.write((change) => run(change, request, work))),
        ),
      ),
  };
}

export type StripeApi = ReturnType<typeof stripeApi>;

function checkCaller(request: Request): void {
  const [, key] = /^Bearer (.+)$/.exec(request.get("authorization") ?? "") ?? [];
  if (key === undefined) {
    throw new StripeFault(401, {
      type: "invalid_request_error",
      message: "You did not provide an API key. You need to provide your API key in the Authorization header.",
    });
  }
  if (key !== simulatedKey)
    throw new StripeFault(401, {
      type: "invalid_request_error",
      message: `Invalid API Key provided: ${"*".repeat(8)}`,
    });
  const version = request.get("stripe-version") ?? apiVersion;
  if (version !== apiVersion) throw invalid(`The simulator has the API version ${apiVersion}, not ${version}.`);
}

const DAY_SECONDS = 24 * 3600;

/** The same key and parameters within a day: the same answer. */
async function once(
  change: Change,
  request: Request,
  work: () => Promise<object>,
): Promise<{ status: number; body: object; replayed: boolean }> {
  const key = request.get("idempotency-key");
  if (key === undefined) return { status: 200, body: await work(), replayed: false };
  if (key.length > 255) throw invalid("Idempotency keys may be at most 255 characters long.");
  const { id, fingerprint } = answerOf(request, key);
  const known = await change.find("answer", id);
  if (known && known.created > change.now() - DAY_SECONDS) {
    if (known.fingerprint === fingerprint) return { ...known, replayed: true };
    throw new StripeFault(400, {
      type: "idempotency_error",
      message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    });
  }
  const body = await work();
  await change.put("answer", { id, fingerprint, status: 200, body, created: change.now() });
  return { status: 200, body, replayed: false };
}

/** As at Stripe a key keeps the refusal, too, of something that is not there; what was refused before that is kept by none. */
async function refused(world: World, request: Request, error: unknown): Promise<never> {
  const key = request.get("idempotency-key");
  if (error instanceof StripeFault && error.body.error["code"] === "resource_missing" && key !== undefined) {
    const { status, body } = error;
    await world.write((change) =>
      change.put("answer", { ...answerOf(request, key), status, body, created: change.now() }),
    );
  }
  throw error;
}

function answerOf(request: Request, key: string): { id: string; fingerprint: string } {
  const hashed = (text: string) => createHash("sha256").update(text).digest("hex");
  return { id: `answer_${hashed(key)}`, fingerprint: hashed(JSON.stringify([request.path, request.body])) };
}

/** One page, newest first: `limit` 1–100, `starting_after`. `objects` are all there are. */
export function page<T extends { id: string }>(objects: readonly T[], form: Form, url: string) {
  const limit = form.integer("limit") ?? 10;
  if (limit < 1 || limit > 100) throw invalid("This value must be between 1 and 100 (inclusive).", "limit");
  const after = form.text("starting_after");
  const at = after === null ? -1 : objects.findIndex(({ id }) => id === after);
  if (after !== null && at < 0) throw invalid(`No such object: '${after}'`, "starting_after", "resource_missing");
  const rest = objects.slice(at + 1);
  return listOf(rest.slice(0, limit), url, rest.length > limit);
}
