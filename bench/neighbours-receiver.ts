import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/**
 * A healthy subscriber at /healthy and one that never answers at /hanging, in a process of their own. Remembers when each
 * event first came; tells its parent the port, and on a message how many milliseconds after their events those were.
 */
const seen = new Map<string, number>();
const server = createServer((request, response) => {
  const now = Date.now();
  if (request.url === "/hanging") return void request.resume();
  void text(request).then((body) => {
    const { id, timestamp } = JSON.parse(body) as { id: string; timestamp: string };
    if (!seen.has(id)) seen.set(id, now - Date.parse(timestamp));
    response.end("ok");
  });
});
process.on("message", () => process.send?.({ times: [...seen.values()] }));
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : null });
});
