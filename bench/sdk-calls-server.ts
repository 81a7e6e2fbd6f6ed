// Answers every request with one track, as fast as it can.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const track = JSON.stringify({
  object: "track",
  id: "trk_01kbq5t3v6f2zr8h1d5n7k0wej",
  title: "Rainy Night",
  artist: null,
  source: "generation",
  generation_id: "gen_01kbq5s7m8e5xv2p0t6w9r4c3d",
  format: "wav",
  content_type: "audio/wav",
  bytes: 5292044,
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  duration_ms: 30000,
  sample_rate: 44100,
  channels: 2,
  loudness_lufs: -14.2,
  created_at: "2026-11-21T08:31:28.940Z",
});
const headers = {
  "content-type": "application/json",
  "x-request-id": "req_1",
  "content-length": String(Buffer.byteLength(track)),
};

const server = createServer((_request, response) => void response.writeHead(200, headers).end(track));
server.listen(0, "127.0.0.1", () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on("disconnect", () => process.exit());
