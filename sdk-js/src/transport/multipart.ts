import { toFilePart } from "./file.ts";
import type { FilePart } from "./file.ts";
import type { FormBody } from "./request.ts";
import { isServerRuntime } from "./runtime.ts";
import type { Uploadable } from "./uploadable.ts";

/** What fetch takes as a body. */
type FetchBody = NonNullable<RequestInit["body"]>;

/** A request body ready to send. `create` may be called once per try when `replayable`, otherwise once. */
export interface PreparedBody {
  /** `signal` ends the try. */
  create(signal: AbortSignal): FetchBody;
  contentType: string | null;
  replayable: boolean;
}

/**
 * Builds a `multipart/form-data` body. Files that are blobs travel in a FormData, which can be sent again; a stream is
 * written part by part without being held in memory, so it can be sent once. Browsers cannot stream a request over
 * HTTP/1.1: there a stream is collected first.
 */
export async function prepareForm(form: FormBody): Promise<PreparedBody> {
  const parts: [name: string, value: string | FilePart][] = [];
  for (const [name, value] of Object.entries(form.fields)) {
    if (value === undefined || value === null) continue;
    parts.push([name, form.files.includes(name) ? await toFilePart(value as Uploadable, name) : String(value)]);
  }
  if (parts.some(([, part]) => typeof part === "object" && !(part.content instanceof Blob))) {
    if (isServerRuntime) return streamedForm(parts);
    for (const [, part] of parts) if (typeof part === "object") part.content = await collect(part.content);
  }
  return { create: () => formData(parts), contentType: null, replayable: true };
}

function formData(parts: [string, string | FilePart][]): FormData {
  const data = new FormData();
  for (const [name, part] of parts) {
    if (typeof part === "string") data.append(name, part);
    else data.append(name, (part.content as Blob).slice(0, undefined, part.contentType), part.filename);
  }
  return data;
}

async function collect(content: FilePart["content"]): Promise<Blob> {
  if (content instanceof Blob) return content;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of content) chunks.push(chunk as Uint8Array<ArrayBuffer>);
  return new Blob(chunks);
}

function streamedForm(parts: [string, string | FilePart][]): PreparedBody {
  const boundary = `musicverse-${crypto.randomUUID()}`;
  const chunks = encodeParts(parts, boundary);
  const stream = (signal: AbortSignal): FetchBody =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        // fetch in Node reads on after an abort, to the end of what may have none.
        const stop = (): void => {
          controller.error(signal.reason);
          chunks.return().catch(() => undefined);
        };
        signal.addEventListener("abort", stop, { once: true });
      },
      async pull(controller) {
        const next = await chunks.next();
        if (signal.aborted) return;
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await chunks.return();
      },
    });
  return { create: stream, contentType: `multipart/form-data; boundary=${boundary}`, replayable: false };
}

async function* encodeParts(
  parts: [string, string | FilePart][],
  boundary: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for (const [name, part] of parts) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(name)}"`;
    if (typeof part === "string") {
      yield encoder.encode(`${head}\r\n\r\n${part}\r\n`);
      continue;
    }
    yield encoder.encode(`${head}; filename="${quote(part.filename)}"\r\nContent-Type: ${part.contentType}\r\n\r\n`);
    if (part.content instanceof Blob) yield new Uint8Array(await part.content.arrayBuffer());
    else yield* part.content;
    yield encoder.encode("\r\n");
  }
  yield encoder.encode(`--${boundary}--\r\n`);
}

/** Escaping of names in form data, https://html.spec.whatwg.org/#multipart-form-data */
function quote(name: string): string {
  return name.replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/"/g, "%22");
}
