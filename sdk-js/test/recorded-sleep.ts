/** Pauses that were asked for, in milliseconds; none of them takes time. Use with `vi.mock("../src/transport/sleep.ts")`. */
export const pauses: number[] = [];

export async function sleep(ms: number, signal?: AbortSignal | null): Promise<void> {
  signal?.throwIfAborted();
  pauses.push(ms);
}
