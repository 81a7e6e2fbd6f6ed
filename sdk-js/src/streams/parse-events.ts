/** One message of a `text/event-stream`, with its data still as text. */
interface RawEvent {
  event: string;
  data: string;
  /** Its id, or that of the last event which had one; null when none had. */
  id: string | null;
}

export interface EventParser {
  /** Takes the next piece of the stream and returns the messages completed by it. */
  push(chunk: Uint8Array): RawEvent[];
  /** Reconnection time that the server asked for, in milliseconds. */
  readonly retryMs: number | null;
  /** Id of the last complete message. */
  readonly lastEventId: string | null;
}

/**
 * Incremental parser of server-sent events (https://html.spec.whatwg.org/#event-stream-interpretation): any line end,
 * any chunking, comments, multi-line data. A message cut off by the end of the stream is dropped, as the standard says.
 */
export function createEventParser(lastEventId: string | null = null): EventParser {
  const decoder = new TextDecoder();
  let buffer = "";
  let event = "";
  let data: string[] = [];
  // Takes effect with the event it belongs to: after a cut in its middle the server has to send that event again.
  let id = lastEventId;
  let retryMs: number | null = null;

  function line(text: string): RawEvent | null {
    if (text === "") return dispatch();
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(text) ?? [];
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) id = value;
    else if (field === "retry" && /^\d+$/.test(value)) retryMs = Number(value);
    return null;
  }

  function dispatch(): RawEvent | null {
    lastEventId = id;
    const complete = data.length > 0 ? { event: event || "message", data: data.join("\n"), id } : null;
    event = "";
    data = [];
    return complete;
  }

  return {
    get retryMs() {
      return retryMs;
    },
    get lastEventId() {
      return lastEventId;
    },
    push(chunk) {
      buffer += decoder.decode(chunk, { stream: true });
      const events: RawEvent[] = [];
      // A carriage return at the very end may be half of a CRLF: wait for what follows.
      for (let end = /\r\n|\n|\r(?!$)/.exec(buffer); end; end = /\r\n|\n|\r(?!$)/.exec(buffer)) {
        const done = line(buffer.slice(0, end.index));
        buffer = buffer.slice(end.index + end[0].length);
        if (done) events.push(done);
      }
      return events;
    },
  };
}
