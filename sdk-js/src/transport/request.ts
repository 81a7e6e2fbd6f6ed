/** A multipart form: plain members become text parts, those named in `files` become file parts. */
export interface FormBody {
  fields: object;
  files: readonly string[];
}

/** One call of an operation, as the generated resources describe it. */
export interface OperationRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Already encoded, see {@link path}. */
  path: string;
  query?: object;
  /** Header parameters of the operation; undefined members are left out. */
  headers?: Record<string, string | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  form?: FormBody;
  /** The operation needs no credentials, so none are sent. */
  public?: true;
  /** The operation takes an `Idempotency-Key`. */
  idempotent?: true;
}

/**
 * Tag for paths: encodes every inserted id. An empty id, `.` or `..` would silently name another resource
 * (`/v1/tracks/` is the list), so those throw.
 */
export function path(parts: TemplateStringsArray, ...ids: string[]): string {
  return parts.reduce((before, part, index) => {
    const id: unknown = ids[index - 1];
    if (typeof id !== "string" || id === "" || id === "." || id === "..") {
      throw new TypeError(
        `${before}…: the id must be a non-empty string, got ${typeof id === "string" ? `"${id}"` : String(id)}`,
      );
    }
    return before + encodeURIComponent(id) + part;
  });
}

/** `?a=1&b=2`, or nothing. Arrays repeat their name; undefined and null are left out; a Date becomes ISO 8601. */
export function queryString(query: object | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined || item === null) continue;
      search.append(name, item instanceof Date ? item.toISOString() : String(item));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}
