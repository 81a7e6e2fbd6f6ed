// What can go wrong, and what the errors tell.
import {
  APIConnectionError,
  APIError,
  BadRequestError,
  MusicVerse,
  NotFoundError,
  RateLimitError,
} from "@musicverse/sdk";

const client = new MusicVerse({ retriesMax: 3, timeoutMs: 20_000 });

try {
  await client.tracks.get("trk_01kbq5t3v6f2zr8h1d5n7k0wej");
} catch (error) {
  if (error instanceof NotFoundError) console.log("no such track");
  else if (error instanceof BadRequestError) for (const { path, message } of error.errors) console.log(path, message);
  else if (error instanceof RateLimitError) console.log("again in", error.retryAfterMs, "ms");
  else if (error instanceof APIError) console.log(error.status, error.code, error.requestId);
  else if (error instanceof APIConnectionError) console.log("no answer", error.cause);
  else throw error;
}
