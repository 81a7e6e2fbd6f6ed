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

/**
 * Sends the requests in turn for `seconds` over `connections`, each of which begins at another one, so that not all are of the same
 * account at the same time. Throws when any answer is not 2xx.
 */
export async function load(
  url: string,
  requests: LoadRequest[],
  { seconds, connections }: { seconds: number; connections: number },
): Promise<LoadResult> {
  let begun = 0;
  const setupClient = (client: autocannon.Client): void => {
    const first = Math.floor((begun * requests.length) / connections) % requests.length;
    begun += 1;
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
  };
  const result = await autocannon({ url, duration: seconds, connections, requests, setupClient });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(
      `${result.non2xx} answers were not 2xx, ${result.errors} connections failed (${JSON.stringify(result.statusCodeStats)})`,
    );
  return { perSecond: result.requests.average, p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}
