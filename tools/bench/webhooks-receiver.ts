import { createServer } from "node:http";

/** A healthy subscriber in its own process: answers 200 at once and, when asked to, tells when each request came. */
let count = 0;
let report = false;
const server = createServer((request, response) => {
  count += 1;
  const id = request.headers["webhook-id"];
  if (report && typeof id === "string") process.send?.({ id, at: performance.timeOrigin + performance.now() });
  request.resume();
  request.once("end", () => response.end("ok"));
});
process.on("message", (message: "count" | "report") => {
  if (message === "report") report = true;
  else {
    process.send?.({ count });
    count = 0;
  }
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : null });
});
