/** Hides anything in a text that looks like a MusicVerse secret or like credentials in a URL. */
export function redact(text: string): string {
  return text
    .replace(/\b(amv_[a-z]+_|whsec_)[\w+/=-]+/g, "$1[hidden]")
    .replace(/\b(bearer\s+)[^\s"',]+/gi, "$1[hidden]")
    .replace(/(:\/\/)[^/\s:@]*:[^/\s@]*@/g, "$1[hidden]@");
}
