import { vi } from "vitest";
import type { Case } from "../../../tests/sdk/case.ts";

/** Pauses that were asked for, in milliseconds; none takes time. */
export const pauses: number[] = [];
let onPause: (() => void) | undefined;

/** Takes the place of src/transport/sleep.ts. */
export async function sleep(ms: number, signal?: AbortSignal | null): Promise<void> {
  signal?.throwIfAborted();
  pauses.push(ms);
  if (!onPause) return;
  // A pause that is to be given up is a real one, of the real length: it has to end at once.
  const real = await vi.importActual<typeof import("../../src/transport/sleep.ts")>("../../src/transport/sleep.ts");
  setImmediate(onPause);
  await real.sleep(ms, signal);
}

export function prepareSeams({ random }: Case): void {
  pauses.length = 0;
  onPause = undefined;
  vi.restoreAllMocks();
  if (random !== undefined) vi.spyOn(Math, "random").mockReturnValue(random);
}

export function whenPausing(act: () => void): void {
  onPause = act;
}
