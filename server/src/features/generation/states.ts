export type GenerationStatus = "queued" | "running" | "completed" | "failed" | "canceled";

/** Allowed transitions; the store's UPDATEs name the state they leave, so a late writer changes nothing. */
const transitions = {
  queued: ["running", "canceled", "failed"],
  running: ["queued", "completed", "failed", "canceled"],
  completed: [],
  failed: [],
  canceled: [],
} as const satisfies Record<GenerationStatus, readonly GenerationStatus[]>;

export function isFinal(status: GenerationStatus): boolean {
  return transitions[status].length === 0;
}

/** States that may become `next`, for the WHERE of an UPDATE. */
export function sourcesOf(next: GenerationStatus): GenerationStatus[] {
  return (Object.keys(transitions) as GenerationStatus[]).filter((from) =>
    (transitions[from] as readonly string[]).includes(next),
  );
}
