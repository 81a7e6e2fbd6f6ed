import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { snake } from "../../sdk-generator/names.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Of the JavaScript SDK, in Python otherwise. */
const otherwiseInPython: Readonly<Record<string, string>> = {
  WithResponse: "RawResponse",
  APIPromise: "methods give the answer itself; with_raw_response has the raw one",
  PagePromise: "Page, AsyncPager",
  ClientOf: "see create_client",
  ResourceClass: "see create_client",
  FetchLike: "http_client takes a client of httpx2",
  Open: "`Mode | str`",
  ProblemDetails: "dict[str, Any]",
  ReceiveIncomingEventParams: "one argument of any members",
  "Uploadable.data": "FileUpload",
  "Uploadable.filename": "FileUpload",
  "Uploadable.content_type": "FileUpload",
  "BinaryResponse.array_buffer": "read",
  "BinaryResponse.blob": "read",
  "BinaryResponse.body": "iter_bytes",
  "BinaryResponse.bytes": "read",
  create_client: "nothing is shipped: groups load when they are used",
  version: "__version__",
};
/** Of the Python SDK, in JavaScript otherwise. */
const otherwiseInJavaScript: Readonly<Record<string, string>> = {
  "BinaryResponse.read": "bytes",
  "BinaryResponse.iter_bytes": "body",
  "BinaryResponse.close": "body.cancel",
  "EventStream.close": "leaving the loop",
  "MusicVerse.close": "fetch keeps the connections",
  with_raw_response: "withResponse, asResponse",
};
/** Options: an interface there, keywords of a method here. */
const options: Readonly<Record<string, { of: string; otherwise: Record<string, string> }>> = {
  ClientOptions: { of: "__init__", otherwise: { fetch: "http_client" } },
  RequestOptions: { of: "RequestOptions", otherwise: { signal: "cancelling the task" } },
  WaitOptions: { of: "wait", otherwise: {} },
  UnwrapOptions: { of: "unwrap_webhook", otherwise: { now: "now_ms" } },
};

const reports = {
  javascript: read("sdk-js/src/generated/public-surface.md"),
  python: read("sdk-python/public-surface.md"),
};
const javascript = declarations(
  reports.javascript,
  /^(?:export )?(?:abstract )?(?:class|interface|function|const|type) ([\w$]+)/,
);
const python = declarations(reports.python, /^(?:class|function|async function|type) (\w+)/);

test("what the JavaScript SDK exports, and each member of it, is in the Python SDK under the same name", () => {
  const missing = [...javascript.exported]
    .filter((name) => !(name in options))
    .flatMap((name) => {
      const here = /^[a-z]/.test(name) ? snake(name) : name;
      if (here in otherwiseInPython) return [];
      // What callers write is a TypedDict there.
      const members = python.members.get(here) ?? python.members.get(`${here}Param`);
      if (!members) return [here];
      return [...membersOf(name)]
        .map(snake)
        .filter((member) => !members.has(member) && !(`${name}.${member}` in otherwiseInPython))
        .map((member) => `${name}.${member}`);
    });
  expect(javascript.exported.size).toBeGreaterThan(45);
  expect(missing).toEqual([]);
});

test("each member of a class of the Python SDK is in the JavaScript SDK under the same name", () => {
  const shared = [...python.members].filter(([name]) => javascript.exported.has(name) && /^[A-Z]/.test(name));
  const missing = shared.flatMap(([name, members]) => {
    const there = new Set([...membersOf(name)].map(snake));
    return [...members]
      .filter(
        (member) =>
          !member.startsWith("__") &&
          !there.has(member) &&
          !(`${name}.${member}` in otherwiseInJavaScript) &&
          !(member in otherwiseInJavaScript),
      )
      .map((member) => `${name}.${member}`);
  });
  expect(shared.length).toBeGreaterThan(40);
  expect(missing).toEqual([]);
});

test("the options are the same", () => {
  for (const [name, { of, otherwise }] of Object.entries(options)) {
    const keywords = [...reports.python.matchAll(new RegExp(`^ +${of}\\((\\w+): `, "gm"))].map(
      ([, keyword]) => keyword,
    );
    const known = [...(javascript.members.get(name) ?? [])];
    expect(known.length, name).toBeGreaterThan(1);
    expect([...(python.members.get(of) ?? []), ...keywords], name).toEqual(
      expect.arrayContaining(known.filter((option) => !(option in otherwise)).map(snake)),
    );
  }
});

interface Declarations {
  /** Classes and functions that users import. */
  exported: Set<string>;
  members: Map<string, Set<string>>;
}

/** Members with those of the classes that it extends. */
function membersOf(name: string): Set<string> {
  const all = new Set(javascript.members.get(name));
  const base = new RegExp(`(?:class|interface) ${name.replace("$", "\\$")}(?:<\\w+>)? extends ([\\w$]+)`).exec(
    reports.javascript,
  )?.[1];
  for (const member of base ? membersOf(base) : []) all.add(member);
  const inner = name.endsWith("Error") ? ["constructor", "name"] : ["constructor"];
  for (const own of inner) all.delete(own);
  return all;
}

function declarations(report: string, head: RegExp): Declarations {
  const found: Declarations = { exported: new Set(), members: new Map() };
  let members = new Set<string>();
  for (const line of report.split("\n")) {
    const name = head.exec(line)?.[1];
    if (name) {
      members = new Set();
      found.members.set(name, members);
      if (line.startsWith("export ")) found.exported.add(name);
    } else {
      const member =
        /^ {4}(?:(?:get|readonly|override|protected|static|abstract|async|function) )*"?([\w-]+)"?\??(?:[:(<]| =)/.exec(
          line,
        )?.[1];
      if (member && !/^ {4}(?:protected|private) /.test(line)) members.add(member);
    }
  }
  return found;
}
