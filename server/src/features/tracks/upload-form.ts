import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import busboy from "busboy";
import type { Busboy } from "busboy";
import { invalidField, ProblemError } from "../../platform/http/problem.ts";
import type { FieldProblem } from "../../platform/http/problem.ts";

/** What becomes of the file while it arrives. */
export interface FileReceiver<T> {
  /** Must read the stream to its end or throw. */
  keep(file: Readable): Promise<T>;
  /** Called when the rest of the form is refused after `keep` succeeded. */
  discard(kept: T): Promise<void>;
}

export interface UploadForm<T> {
  file: T;
  /** As the sender calls it, without folders; null when it does not. */
  fileName: string | null;
  title: string | null;
  artist: string | null;
}

const textFields = ["title", "artist"] as const;
const CHARACTERS_MAX = 200;
/** 200 characters of UTF-8 and some room, so that too long and absurdly long are told in the same words. */
const FIELD_BYTES_MAX = 4096;
const PARTS_MAX = 20;

/**
 * Reads the multipart body of an upload while it arrives; parts may come in any order. Throws `ProblemError` that names
 * each wrong part, and what `keep` throws. When it throws, nothing that was kept stays.
 */
export async function readUploadForm<T>(raw: IncomingMessage, receiver: FileReceiver<T>): Promise<UploadForm<T>> {
  const parser = openParser(raw);
  const problems: FieldProblem[] = [];
  const texts = new Map<string, string>();
  const { promise: parsed, resolve, reject } = Promise.withResolvers<void>();
  let kept: Promise<T> | null = null;
  let fileName: string | null = null;

  parser.on("file", (name, file, info) => {
    const problem = name !== "file" ? unknownField(name) : kept ? duplicate(name) : null;
    if (problem) {
      problems.push(problem);
      return void file.resume();
    }
    fileName = info.filename ?? null;
    kept = receiver.keep(file);
    kept.catch(reject);
  });
  parser.on("field", (name, value, { nameTruncated, valueTruncated }) => {
    const known = textFields.find((field) => field === name);
    if (name === "file") problems.push(notAFile);
    else if (!known || nameTruncated) problems.push(unknownField(name));
    else if (texts.has(name)) problems.push(duplicate(name));
    else problems.push(...textProblems(name, valueTruncated ? "x".repeat(CHARACTERS_MAX + 1) : value));
    texts.set(name, value);
  });
  parser.on("partsLimit", () => reject(invalidField("/body", "too_many_parts", `Send at most ${PARTS_MAX} parts.`)));
  parser.on("error", (cause) => reject(endedEarly(cause)));
  parser.on("close", resolve);
  const aborted = () => reject(endedEarly(new Error("the request was aborted")));
  raw.once("aborted", aborted);
  if (raw.destroyed) aborted(); // before anybody listened
  raw.pipe(parser);

  try {
    await parsed;
    if (!kept) problems.push(missingFile);
    if (problems.length > 0) throw new ProblemError("validation_failed", { errors: problems });
    const file: T = await (kept as unknown as Promise<T>);
    return { file, fileName, title: texts.get("title")?.trim() ?? null, artist: texts.get("artist")?.trim() ?? null };
  } catch (error) {
    raw.unpipe(parser);
    parser.destroy();
    await discardKept(kept, receiver);
    await drain(raw);
    throw error;
  }
}

function openParser(raw: IncomingMessage): Busboy {
  try {
    const limits = { fieldNameSize: 100, fieldSize: FIELD_BYTES_MAX, parts: PARTS_MAX };
    return busboy({ headers: raw.headers, defParamCharset: "utf8", limits });
  } catch (cause) {
    const detail = "Send the file as multipart/form-data with a boundary, as HTTP clients do for forms with a file.";
    throw new ProblemError("unsupported_media_type", { detail, cause });
  }
}

async function discardKept<T>(kept: Promise<T> | null, receiver: FileReceiver<T>): Promise<void> {
  const file =
    kept &&
    (await kept.then(
      (value) => ({ value }),
      () => null,
    ));
  if (file) await receiver.discard(file.value);
}

const DRAIN_BYTES_MAX = 64 * 1024 * 1024;
const DRAIN_MS_MAX = 10_000;

/** Lets a sender that is nearly through finish, so that it reads the answer instead of a broken connection. */
function drain(raw: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (raw.complete || raw.destroyed) return Promise.resolve();
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > DRAIN_BYTES_MAX) resolve();
  };
  const timer = setTimeout(resolve, DRAIN_MS_MAX);
  for (const event of ["end", "close", "error"]) raw.once(event, resolve);
  raw.on("data", count);
  raw.resume();
  return promise.finally(() => {
    clearTimeout(timer);
    raw.off("data", count);
    raw.pause();
  });
}

const missingFile: FieldProblem = {
  path: "/body/file",
  code: "required",
  message: "The file is missing. Send the audio as a part named “file”.",
};
const notAFile: FieldProblem = {
  path: "/body/file",
  code: "not_a_file",
  message: "This part is text. Send it as a file: with a file name, and the audio's bytes as content.",
};

function unknownField(name: string): FieldProblem {
  const known = ["file", ...textFields].join(", ");
  return { path: pointer(name), code: "unknown_field", message: `This part does not exist. Parts: ${known}.` };
}

function duplicate(name: string): FieldProblem {
  return { path: pointer(name), code: "duplicate", message: "This part was sent twice. Send it once." };
}

function textProblems(name: string, value: string): FieldProblem[] {
  const path = pointer(name);
  const tooLong = [...value].length > CHARACTERS_MAX;
  if (tooLong) return [{ path, code: "too_long", message: `It is over ${CHARACTERS_MAX} characters. Shorten it.` }];
  if (value.trim() === "") return [{ path, code: "too_short", message: "It is empty. Write one or leave it out." }];
  if (/\p{Cc}/u.test(value)) return [{ path, code: "pattern", message: "It has control characters. Remove them." }];
  return [];
}

/** RFC 6901; the sender's own text, so it is cut. */
function pointer(name: string): string {
  return `/body/${name.slice(0, 100).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function endedEarly(cause: unknown): ProblemError {
  const message = "The upload ended before its last boundary. Send the whole body again.";
  return new ProblemError("validation_failed", { errors: [{ path: "/body/file", code: "truncated", message }], cause });
}
