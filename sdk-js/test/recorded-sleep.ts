/** Pauses that were asked for, in milliseconds; none takes time. For `vi.mock("../src/transport/sleep.ts")`. */
export const pauses: number[] = [];

export async function sleep(ms: number, signal?: AbortSignal | null): Promise<void> {
  signal?.throwIfAborted();
  pauses.push(ms);
}
