import { parseFromTokenizer } from "music-metadata";
import type { IAudioMetadata } from "music-metadata";
import { AudioError } from "./audio-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { checkMp4Complete, checkOggComplete } from "./completeness.ts";
import { checkFlacComplete } from "./flac.ts";
import { afterId3, contentTypes, sniffFormat } from "./format.ts";
import type { AudioFormat } from "./format.ts";
import { checkMp3Complete, findMp3Frames } from "./mp3.ts";
import { SourceTokenizer } from "./tokenizer.ts";
import { readWavLayout, wavDurationMs } from "./wav.ts";

export interface AudioFacts {
  format: AudioFormat;
  contentType: string;
  durationMs: number;
  /** Hertz. */
  sampleRate: number;
  channels: number;
  /** From the file's tags, as they are shown: no control characters; null without a tag. */
  title: string | null;
  artist: string | null;
}

const accepted = "Send a WAV, MP3, FLAC, Ogg or M4A audio file.";
const CHANNELS_MAX = 64;
const SAMPLE_RATE_MAX = 1_000_000;
const DURATION_MS_MAX = 2 ** 31 - 1;

/**
 * Format, duration, sample rate and channels as the bytes show them. Throws `AudioError` when they are no
 * audio that is accepted, or less of it than they announce.
 */
export async function readAudioFacts(source: ByteSource): Promise<AudioFacts> {
  if (source.size === 0) throw new AudioError("not_audio", `The file is empty. ${accepted}`);
  const format = await sniffFormat(source);
  if (!format) throw new AudioError("not_audio", `The file's content is not audio of a known format. ${accepted}`);
  const measures = await readers[format](source);
  const { durationMs, sampleRate, channels } = measures;
  const limits = [
    [durationMs, DURATION_MS_MAX],
    [sampleRate, SAMPLE_RATE_MAX],
    [channels, CHANNELS_MAX],
  ] as const;
  if (!limits.every(([value, max]) => value > 0 && value <= max)) {
    throw new AudioError("not_audio", `The file says it is ${format} but holds no audio. ${accepted}`);
  }
  return { format, contentType: contentTypes[format], ...measures };
}

type Measures = Omit<AudioFacts, "format" | "contentType">;

const readers: Record<AudioFormat, (source: ByteSource) => Promise<Measures>> = {
  async wav(source) {
    const layout = await readWavLayout(source);
    if (layout.encoding === "other") return parse(source); // compressed: its duration is not a division
    // Damaged tags after whole samples are no reason to refuse the sound.
    const tags = await parse(source).catch(() => ({ title: null, artist: null }));
    const { title, artist } = tags;
    const { sampleRate, channels } = layout;
    return { durationMs: wavDurationMs(layout), sampleRate, channels, title, artist };
  },
  async mp3(source) {
    const first = await findMp3Frames(source, await afterId3(source));
    if (first !== null) await checkMp3Complete(source, first);
    return parse(source);
  },
  async flac(source) {
    await checkFlacComplete(source, await afterId3(source));
    return parse(source);
  },
  async ogg(source) {
    await checkOggComplete(source);
    return parse(source);
  },
  async m4a(source) {
    await checkMp4Complete(source);
    return parse(source);
  },
};

async function parse(source: ByteSource): Promise<Measures> {
  const quick = await metadata(source, false);
  // Only an MP3 of variable bit rate without a header must be walked to its end for its duration.
  const { format, common } = quick.format.duration === undefined ? await metadata(source, true) : quick;
  if (format.hasVideo) throw new AudioError("not_audio", `The file is a video. ${accepted}`);
  return {
    durationMs: Math.round((format.duration ?? 0) * 1000),
    sampleRate: format.sampleRate ?? 0,
    channels: format.numberOfChannels ?? 0,
    title: shown(common.title),
    artist: shown(common.artist),
  };
}

async function metadata(source: ByteSource, duration: boolean): Promise<IAudioMetadata> {
  try {
    return await parseFromTokenizer(new SourceTokenizer(source), { duration, skipCovers: true });
  } catch (cause) {
    throw new AudioError("not_audio", `The file begins like audio but cannot be read. ${accepted}`, { cause });
  }
}

function shown(tag: string | undefined): string | null {
  const text = [...(tag ?? "").replaceAll(/\p{Cc}/gu, "").trim()].slice(0, 200).join("").trim();
  return text === "" ? null : text;
}
