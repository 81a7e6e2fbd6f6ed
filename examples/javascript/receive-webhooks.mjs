// Receives webhooks and believes only those that MusicVerse signed. WEBHOOK_SECRET is the one that webhooks.create gave.
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { unwrapWebhook, WebhookVerificationError } from "@musicverse/sdk";

const secret = process.env["WEBHOOK_SECRET"] ?? "";

const server = createServer(async (request, response) => {
  try {
    const event = await unwrapWebhook(await buffer(request), request.headers, secret);
    if (event.type === "generation.completed") console.log("there is a new track:", event.data.track_id);
    else console.log(event.type);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(error instanceof WebhookVerificationError ? 400 : 500).end();
  }
});
server.listen(Number(process.env["PORT"] ?? 8080));
