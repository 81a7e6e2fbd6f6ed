import { APIError, APITimeoutError, MusicVerseError } from "../errors.ts";
import { GenerationsResource as GeneratedGenerationsResource } from "../generated/resources/generations.ts";
import type { Generation, StreamGenerationEventsParams } from "../generated/types.ts";
import { checkAmount } from "../options.ts";
import type { RequestOptions } from "../options.ts";
import type { EventStream } from "../streams/event-stream.ts";
import { Deadline } from "../transport/deadline.ts";
import { retryAfterMs } from "../transport/retry-after.ts";
import { sleep } from "../transport/sleep.ts";
import { GenerationCanceledError, GenerationFailedError } from "./generation-errors.ts";

const WAIT_TIMEOUT_MS = 900_000;
/** Pause between polls when the server gives no `Retry-After`. */
const POLL_INTERVAL_MS = 2_000;

export interface WaitOptions extends Pick<RequestOptions, "signal" | "mode" | "headers" | "retriesMax"> {
  /** Limit of the whole wait in milliseconds; 0 is none. Default 900,000 (15 min). */
  timeoutMs?: number | undefined;
  /** Called with each state received, the final one included. */
  onProgress?: ((generation: Generation) => void) | undefined;
}

export class GenerationsResource extends GeneratedGenerationsResource {
  /** Follows a generation: its present state, then each change, until it is final. Reconnects by itself. */
  override streamEvents(
    generationId: string,
    params: StreamGenerationEventsParams = {},
    options: RequestOptions = {},
  ): EventStream<Generation> {
    return super.streamEvents(generationId, params, options).until(({ data }) => isFinal(data));
  }

  /**
   * Waits until a generation is completed and returns it; its audio is the track `track_id`. Follows server-sent
   * events, and asks from time to time where those do not get through. May be called again for the same generation.
   *
   * @throws {GenerationFailedError} with the reason in `code`
   * @throws {GenerationCanceledError}
   * @throws {APITimeoutError} after `timeoutMs`; the generation itself goes on
   */
  async wait(generationId: string, options: WaitOptions = {}): Promise<Generation> {
    const { timeoutMs = WAIT_TIMEOUT_MS, onProgress, signal, ...rest } = options;
    checkAmount("timeoutMs", timeoutMs);
    const deadline = new Deadline(timeoutMs, signal);
    const request = { ...rest, signal: deadline.signal };
    try {
      return await this.#settled(generationId, request, onProgress);
    } catch (error) {
      if (!deadline.expired) throw error;
      throw new APITimeoutError(
        `${generationId} was not finished after ${timeoutMs} ms; it goes on, so wait() may be called again`,
        { cause: error },
      );
    } finally {
      deadline.clear();
    }
  }

  async #settled(id: string, request: RequestOptions, onProgress: WaitOptions["onProgress"]): Promise<Generation> {
    try {
      for await (const { data } of this.streamEvents(id, {}, request)) {
        onProgress?.(data);
        if (isFinal(data)) return settle(data);
      }
    } catch (error) {
      if (request.signal?.aborted || !isWorthPolling(error)) throw error;
    }
    return this.#poll(id, request, onProgress);
  }

  async #poll(id: string, request: RequestOptions, onProgress: WaitOptions["onProgress"]): Promise<Generation> {
    for (;;) {
      const { data, response } = await this.get(id, request).withResponse();
      onProgress?.(data);
      if (isFinal(data)) return settle(data);
      await sleep(retryAfterMs(response.headers, Date.now()) ?? POLL_INTERVAL_MS, request.signal);
    }
  }
}

/** Unknown states count as not final: a newer server may have more of them on the way to one of these. */
function isFinal({ status }: Generation): boolean {
  return status === "completed" || status === "failed" || status === "canceled";
}

function settle(generation: Generation): Generation {
  if (generation.status === "failed") throw new GenerationFailedError(generation);
  if (generation.status === "canceled") throw new GenerationCanceledError(generation);
  return generation;
}

/** A stream may fail where plain requests work (a proxy cuts it); a missing right or generation fails both. */
function isWorthPolling(error: unknown): boolean {
  if (error instanceof GenerationFailedError || error instanceof GenerationCanceledError) return false;
  if (error instanceof APIError) return ![400, 401, 403, 404, 429].includes(error.status);
  return error instanceof MusicVerseError;
}
