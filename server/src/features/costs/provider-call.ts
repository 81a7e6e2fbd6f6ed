/** One call of a provider that was made, whatever became of it. */
export interface ProviderCall {
  /** Tells calls apart: the lease of the worker that made it. */
  callId: string;
  generationId: string;
  pluginId: string;
  model: string;
  kind: "music" | "reel" | "artwork";
  /** `unknown`: its answer was lost, so nobody knows what it used or cost. */
  outcome: "succeeded" | "failed" | "unknown";
  inputTokens?: number | null;
  outputTokens?: number | null;
  /** Length of the audio that was made. */
  seconds?: number | null;
  images?: number | null;
  /** In micro-dollars, as the plugin says. */
  costMicros?: number | null;
}
