"""Receives webhooks and believes only those that MusicVerse signed. WEBHOOK_SECRET is what webhooks.create gave."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from musicverse import WebhookVerificationError, unwrap_webhook

SECRET = os.environ["WEBHOOK_SECRET"]


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = unwrap_webhook(body, dict(self.headers.items()), SECRET)
        except WebhookVerificationError:
            self.send_response(400)
        else:
            if event.type == "generation.completed":
                print("there is a new track:", event.data.track_id)
            else:
                print(event.type)
            self.send_response(204)
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver).serve_forever()
