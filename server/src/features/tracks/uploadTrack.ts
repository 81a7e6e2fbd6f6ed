import { created } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { invalidField, ProblemError } from "../../platform/http/problem.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { BlobTooLargeError } from "../../platform/storage/index.ts";
import { AudioError } from "./audio/audio-error.ts";
import { discardAudio, storeAudio } from "./audio-keeper.ts";
import type { StoredAudio } from "./audio-keeper.ts";
import { createTrack } from "./create-track.ts";
import { presentTrack } from "./present.ts";
import type { TracksDeps } from "./deps.ts";
import { readUploadForm } from "./upload-form.ts";
import type { UploadForm } from "./upload-form.ts";

/**
 * Streams the file to storage, reads what it is, then makes the track in one transaction. Whatever fails, and also when
 * an earlier answer is replayed, the audio of this request does not stay.
 */
export const uploadTrack =
  (deps: TracksDeps): Handler<"uploadTrack"> =>
  async ({ principal: { accountId }, raw, requestId, write }) => {
    const maxBytes = deps.uploadBytesMax;
    if (Number(raw.headers["content-length"] ?? 0) > maxBytes + FORM_BYTES_MAX) throw tooLarge(maxBytes);
    const form = await readUploadForm(raw, {
      keep: (file) => storeAudio(deps, accountId, file, { maxBytes }),
      discard: (stored) => discardAudio(deps, stored),
    }).catch((error: unknown) => {
      throw asProblem(error);
    });

    const stored = form.file;
    const details = { ...detailsOf(form), generationId: null, requestId };
    const fingerprint = JSON.stringify([stored.sha256, details.title, details.artist]);
    let keeps = false;
    try {
      return await write(
        async (tx) => {
          const row = await createTrack(deps, tx, stored, details);
          tx.afterCommit(() => {
            keeps = true;
          });
          return created(presentTrack(row), { Location: `/v1/tracks/${encodeId("trk", row.id)}` });
        },
        { fingerprint },
      );
    } finally {
      if (!keeps) await discardAudio(deps, stored);
    }
  };

/** Boundaries and text fields around the file. */
const FORM_BYTES_MAX = 256 * 1024;

/** What the caller says, else the file's tags, else the file's name. */
function detailsOf({ file: { facts }, title, artist, fileName }: UploadForm<StoredAudio>) {
  const name = [
    ...(fileName ?? "")
      .replace(/\.[^.]*$/, "")
      .replaceAll(/\p{Cc}/gu, "")
      .trim(),
  ]
    .slice(0, 200)
    .join("");
  return { title: title ?? facts.title ?? (name || "Untitled"), artist: artist ?? facts.artist };
}

function asProblem(error: unknown): unknown {
  if (error instanceof BlobTooLargeError) return tooLarge(error.maxBytes);
  if (error instanceof AudioError) return invalidField("/body/file", error.code, error.message);
  return error;
}

function tooLarge(maxBytes: number): ProblemError {
  const limit = maxBytes.toLocaleString("en");
  const detail = `The file is over ${limit} bytes. Send a smaller one, for example as FLAC or MP3.`;
  return new ProblemError("body_too_large", { detail });
}
