import type { components } from "../../generated/openapi.types.ts";
import { accepted, type Handler } from "../../platform/http/operation.ts";
import { ProblemError, type FieldProblem } from "../../platform/http/problem.ts";
import { ARTWORK_PROMPT_MAX, artworkWish } from "./artwork-wish.ts";
import type { GenerationDeps } from "./deps.ts";
import { POLL_SECONDS } from "./getGeneration.ts";
import type { PrepareGeneration } from "./start.ts";

type Body = components["schemas"]["CreateGenerationRequest"];

/** Answers 202 once the generation is a durable row; a worker takes it from there. */
export const createGeneration =
  ({ db, prepare }: Pick<GenerationDeps, "db"> & { prepare: PrepareGeneration }): Handler<"createGeneration"> =>
  async ({ principal, body, requestId, write }) => {
    const problems = whatDoesNotFit(body);
    if (problems.length > 0) throw new ProblemError("validation_failed", { errors: problems });
    const begin = body.kind === "artwork" ? await artwork() : await music();
    return write(async (tx) => {
      const generation = await begin(tx);
      return accepted(generation, { Location: `/v1/generations/${generation.id}`, "Retry-After": POLL_SECONDS });
    });

    async function music() {
      const start = await prepare(principal, "music", body.model);
      const input = {
        prompt: body.prompt ?? "",
        lyrics: body.lyrics ?? null,
        instrumental: body.instrumental ?? false,
        duration_seconds: body.duration_seconds ?? 30,
      };
      return (tx: Parameters<typeof start>[0]) => start(tx, input, { lane: body.lane, title: body.title, requestId });
    }
    async function artwork() {
      const { title, ...input } = await artworkWish(db, principal.accountId, body);
      const start = await prepare(principal, "artwork", body.model);
      return (tx: Parameters<typeof start>[0]) => start(tx, input, { lane: body.lane, title, requestId });
    }
  };

/** Every field that the kind has no use for, and what it cannot do without. */
function whatDoesNotFit(body: Body): FieldProblem[] {
  const problem = (field: keyof Body, code: string, message: string): FieldProblem => ({
    path: `/body/${field}`,
    code,
    message,
  });
  if (body.kind === "artwork") {
    const foreign = (["lyrics", "instrumental", "duration_seconds"] as const).filter(
      (field) => body[field] !== undefined,
    );
    return [
      ...foreign.map((field) => problem(field, "not_for_artwork", "Artwork has none. Leave it out, or ask for music.")),
      ...(body.prompt === undefined && body.source_track_id === undefined
        ? [problem("prompt", "required", "Say what is to be seen, or give a track in source_track_id.")]
        : []),
      ...([...(body.prompt ?? "")].length > ARTWORK_PROMPT_MAX
        ? [problem("prompt", "too_long", `For artwork it may have ${ARTWORK_PROMPT_MAX} characters.`)]
        : []),
    ];
  }
  return [
    ...(body.prompt === undefined ? [problem("prompt", "required", "Say what it should sound like.")] : []),
    ...(body.source_track_id === undefined
      ? []
      : [
          problem(
            "source_track_id",
            "not_for_music",
            "Only artwork is made for a track. Leave it out, or ask for artwork.",
          ),
        ]),
    ...(body.instrumental && body.lyrics !== undefined
      ? [
          problem(
            "lyrics",
            "conflicts_with_instrumental",
            "An instrumental has no words. Leave out lyrics, or set instrumental to false.",
          ),
        ]
      : []),
  ];
}
