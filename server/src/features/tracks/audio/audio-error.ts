/**
 * Why bytes are refused as audio. The message is written for the person who sent them.
 * `not_audio`: no format that is accepted. `truncated`: the file announces more than it holds.
 */
export class AudioError extends Error {
  readonly code: "not_audio" | "truncated";

  constructor(code: AudioError["code"], message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = "AudioError";
    this.code = code;
  }
}

/** `what` names the part that is too short, for example "its data chunk". */
export function truncated(what: string): AudioError {
  return new AudioError("truncated", `The audio file ends early: ${what}. Send the whole file again.`);
}
