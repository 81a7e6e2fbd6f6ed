import { createServer } from "node:http";

/** A healthy subscriber in its own process: reads each request and answers 200 at once. Tells its parent the port. */
const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => response.end("ok"));
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : null });
});
