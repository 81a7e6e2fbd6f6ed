import autocannon from "autocannon";

export interface LoadRequest {
  method: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Sends the requests in turn for `seconds` over `connections`; throws when any answer is not 2xx. */
export async function load(url: string, requests: LoadRequest[], { seconds, connections }: { seconds: number; connections: number }): Promise<LoadResult> {
  const result = await autocannon({ url, duration: seconds, connections, requests });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} connections failed (${JSON.stringify(result.statusCodeStats)})`);
  return { perSecond: result.requests.average, p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}
