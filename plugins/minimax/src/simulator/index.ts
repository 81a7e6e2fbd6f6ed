import { randomUUID } from "node:crypto";
import type { Simulator, SimulatorOptions } from "@musicverse/plugin-kit";
import { createSimulator } from "@musicverse/plugin-kit/simulator";
import type { Request, Response } from "express";
import { makeSong } from "./music/song.ts";
import { wavHeaderBytes } from "./music/wav.ts";
import { lengthIn, parseRequest } from "./parse-request.ts";
import { sendHex } from "./send-song.ts";

/** Any key that begins so is good, as long as it holds no "revoked". */
const keyPrefix = "sk-sim-";
/** Links die after a day at the provider; here the latest ones live. */
const filesMax = 8;

const refuse = (response: Response, statusCode: number, message: string, status = 200): void =>
  void response.status(status).json({ base_resp: { status_code: statusCode, status_msg: message } });

/** MiniMax's own wrong turns, besides the common ones of the kit. */
const faults = {
  policy: (_request: Request, response: Response) => refuse(response, 1026, "input new_sensitive"),
  output_policy: (_request: Request, response: Response) => refuse(response, 1027, "output new_sensitive"),
  busy: (_request: Request, response: Response) => refuse(response, 1002, "rate limit"),
  internal: (_request: Request, response: Response) => refuse(response, 1024, "internal error"),
  no_balance: (_request: Request, response: Response) => refuse(response, 1008, "insufficient balance"),
  bad_key: (_request: Request, response: Response) => refuse(response, 2049, "invalid api key"),
};

/**
 * MiniMax's music endpoint as its description says, with real songs: `POST /v1/music_generation`. A song takes one
 * second and another one per ten seconds of music, times `latency`.
 */
export function createMinimaxSimulator(options: SimulatorOptions = {}): Simulator {
  const files = new Map<string, Buffer>();
  return createSimulator(
    options,
    ({ app, effect, work }) => {
      app.post("/v1/music_generation", async (request, response) => {
        const key = /^Bearer (.+)$/.exec(request.get("authorization") ?? "")?.[1];
        if (key === undefined) return refuse(response, 1004, "cookie is missing, log in again", 401);
        if (!key.startsWith(keyPrefix) || key.includes("revoked")) return refuse(response, 2049, "invalid api key");
        const parsed = parseRequest(request.body);
        if ("problem" in parsed) return refuse(response, 2013, parsed.problem);

        const { body } = parsed;
        const { prompt, seconds } = lengthIn(body.prompt);
        await work(1000 + seconds * 100);
        const { sample_rate: sampleRate, format } = body.audio_setting;
        const wish = { prompt, lyrics: body.lyrics ?? null, instrumental: body.is_instrumental, seconds };
        const wav = await makeSong(wish, sampleRate);
        effect("song");
        const audio = format === "wav" ? wav : wav.subarray(wavHeaderBytes);
        const rest = {
          trace_id: randomUUID().replaceAll("-", ""),
          extra_info: {
            music_duration: seconds * 1000,
            music_sample_rate: sampleRate,
            music_channel: 2,
            bitrate: body.audio_setting.bitrate ?? sampleRate * 32,
            music_size: audio.length,
          },
          analysis_info: null,
          base_resp: { status_code: 0, status_msg: "success" },
        };
        if (body.output_format === "hex") return sendHex(response, audio, rest);
        const name = `${randomUUID()}.${format}`;
        files.set(name, audio);
        for (const oldest of [...files.keys()].slice(0, -filesMax)) files.delete(oldest);
        const link = `http://${request.get("host") ?? ""}/files/${name}`;
        response.json({ data: { status: 2, audio: link }, ...rest });
      });

      app.get("/files/:name", (request, response) => {
        const file = files.get(request.params.name);
        if (file) response.type("audio/wav").send(file);
        else response.status(404).type("xml").send("<Error><Code>NoSuchKey</Code></Error>");
      });
    },
    { faults },
  );
}
