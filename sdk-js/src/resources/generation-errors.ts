import { MusicVerseError } from "../errors.ts";
import type { Generation } from "../generated/types.ts";

/** A generation ended without a result. */
export class GenerationFailedError extends MusicVerseError {
  override name = "GenerationFailedError";
  readonly generation: Generation;
  /** Why, for example `content_policy` or `provider_unavailable`; null when the server gave no reason. */
  readonly code: string | null;

  constructor(generation: Generation) {
    const { id, error } = generation;
    super(`${id} failed${error ? ` (${error.code}): ${error.message}` : " without a reason"}`);
    this.generation = generation;
    this.code = error?.code ?? null;
  }
}

/** A generation was canceled before it finished. */
export class GenerationCanceledError extends MusicVerseError {
  override name = "GenerationCanceledError";
  readonly generation: Generation;

  constructor(generation: Generation) {
    super(`${generation.id} was canceled`);
    this.generation = generation;
  }
}
