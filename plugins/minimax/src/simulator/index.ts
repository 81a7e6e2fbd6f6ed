import { randomUUID } from "node:crypto";
import type { Simulator, SimulatorOptions } from "@musicverse/plugin-kit";
import { createSimulator } from "@musicverse/plugin-kit/simulator";
import type { Request, Response } from "express";
import { paint } from "./image/paint.ts";
import { parseImageRequest } from "./image/parse-image-request.ts";
import { makeSong } from "./music/song.ts";
import { wavHeaderBytes } from "./music/wav.ts";
import { lengthIn, parseRequest } from "./parse-request.ts";
import { answerTo, chatter, parseChat, variantsIn } from "./reel/chat.ts";
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
  /** A text that is not the JSON that was asked for. */
  chatter: (_request: Request, response: Response) => void response.json(chatter()),
  bad_key: (_request: Request, response: Response) => refuse(response, 2049, "invalid api key"),
};

/** Answers as MiniMax does without a good key; true when it did. */
function refusedByKey(request: Request, response: Response): boolean {
  const key = /^Bearer (.+)$/.exec(request.get("authorization") ?? "")?.[1];
  if (key === undefined) refuse(response, 1004, "cookie is missing, log in again", 401);
  else if (!key.startsWith(keyPrefix) || key.includes("revoked")) refuse(response, 2049, "invalid api key");
  else return false;
  return true;
}

/**
 * MiniMax's endpoints as their descriptions say: `POST /v1/music_generation` with real songs, `/v1/text/chatcompletion_v2`
 * that writes reels, `/v1/image_generation` with real pictures. A song takes one second and another one per ten seconds of
 * music, a variant of a reel one, a picture three, times `latency`.
 */
export function createMinimaxSimulator(options: SimulatorOptions = {}): Simulator {
  const files = new Map<string, Buffer>();
  const linkTo = (request: Request, file: Buffer, extension: string): string => {
    const name = `${randomUUID()}.${extension}`;
    files.set(name, file);
    for (const oldest of [...files.keys()].slice(0, -filesMax)) files.delete(oldest);
    return `http://${request.get("host") ?? ""}/files/${name}`;
  };
  return createSimulator(
    options,
    ({ app, effect, work }) => {
      app.post("/v1/music_generation", async (request, response) => {
        if (refusedByKey(request, response)) return;
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
        response.json({ data: { status: 2, audio: linkTo(request, audio, format) }, ...rest });
      });

      app.post("/v1/text/chatcompletion_v2", async (request, response) => {
        if (refusedByKey(request, response)) return;
        const parsed = parseChat(request.body);
        if ("problem" in parsed) return refuse(response, 2013, parsed.problem);
        await work(1000 * variantsIn(parsed.body));
        effect("text");
        response.json(answerTo(parsed.body));
      });

      app.post("/v1/image_generation", async (request, response) => {
        if (refusedByKey(request, response)) return;
        const wish = parseImageRequest(request.body);
        if ("problem" in wish) return refuse(response, 2013, wish.problem);
        await work(3000);
        const image = await paint(wish);
        effect("image");
        response.json({
          id: randomUUID().replaceAll("-", ""),
          data:
            wish.as === "url"
              ? { image_urls: [linkTo(request, image, "png")] }
              : { image_base64: [image.toString("base64")] },
          metadata: { failed_count: "0", success_count: "1" },
          base_resp: { status_code: 0, status_msg: "success" },
        });
      });

      app.get("/files/:name", (request, response) => {
        const file = files.get(request.params.name);
        if (file) response.type(request.params.name.endsWith(".png") ? "png" : "audio/wav").send(file);
        else response.status(404).type("xml").send("<Error><Code>NoSuchKey</Code></Error>");
      });
    },
    { faults },
  );
}
