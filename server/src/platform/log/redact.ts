/** Fields whose value is never written, of whatever type, at the top of a line or one level below. */
const FIELDS = [
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "key",
  "prompt",
  "lyrics",
  "body",
  "input",
  "password_hash",
  "token_hash",
  "api_key",
  "apiKey",
  "masterKeys",
  "keyPeppers",
];

export const redactedPaths = FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Our own credentials are recognisable wherever they stand: in a message, a URL, an error of a library. */
const CREDENTIALS = /\b(amv_(?:live|test|session|once|oauth|refresh|client)_|whsec_|whsk_)[\w+/=-]+/g;
const BEARER = /\b(Bearer|Basic)(\s+)[^\s"\\,]+/gi;
const URL_PASSWORD = /(:\/\/[^\s"/:@]*:)[^\s"/@]+@/g;

/** The same field names at any depth, and inside JSON that became part of a string (its quotes are escaped there). */
const NAMED =
  /(\\*")([\w-]*(?:password|secret|token|api[_-]?key|authorization|cookie|lyrics|prompt))\1(\s*:\s*)\1(?:(?!\1)(?:\\.|[^\\]))*?\1/gi;

export function redactLine(line: string): string {
  return line
    .replace(CREDENTIALS, "$1[redacted]")
    .replace(BEARER, "$1$2[redacted]")
    .replace(URL_PASSWORD, "$1[redacted]@")
    .replace(NAMED, "$1$2$1$3$1[redacted]$1");
}
