import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { MusicVerse } from "@musicverse/sdk";
import { describe, expect, test } from "vitest";
import { operations } from "../../sdk-js/src/generated/operations.ts";
import { operations as served } from "../../server/src/generated/operations.ts";
import { snake } from "../../sdk-generator/names.ts";

/** Both SDKs have the same groups and methods under the names of their languages, each with its documentation and an example. */
const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const javascript = Object.entries(operations);
const python = pythonOperations();
const client: object = new MusicVerse({ apiKey: null });

test("both know exactly the operations of the server", () => {
  expect(Object.keys(operations).toSorted()).toEqual(Object.keys(served).toSorted());
  expect([...python.keys()].toSorted()).toEqual(Object.keys(served).toSorted());
});

describe.each(javascript)("%s", (id, { resource, method }) => {
  const [pythonResource = "", pythonMethod = ""] = python.get(id) ?? [];

  test("has names that correspond", () => {
    expect([pythonResource, pythonMethod.replace(/_$/, "")]).toEqual([snake(resource), snake(method)]);
  });

  test("is a documented method in both", () => {
    expect(Reflect.get(group(resource), method)).toBeTypeOf("function");
    expect(javascriptSource(resource)).toMatch(new RegExp(`\\*/\\n  (?:override )?${method}\\(`));
    for (const folder of ["resources", "async_resources"])
      expect(pythonSource(folder, pythonResource)).toMatch(
        new RegExp(`def ${pythonMethod}\\((?:\\n {8}.*)+\\n    \\) -> .*:\\n {8}"""`),
      );
  });

  test("has an example in both", () => {
    expect(read(`examples/javascript/operations/${id}.mjs`)).toContain(`client.${resource}.${method}(`);
    expect(read(`examples/python/operations/${snake(id)}.py`)).toContain(`client.${pythonResource}.${pythonMethod}(`);
    expect(read("examples/operations.md")).toContain(`| [\`${id}\`]`);
  });
});

test.each([...new Set(javascript.map(([, { resource }]) => resource))])(
  "%s: what is added by hand is in both, too",
  (resource) => {
    const ours = new Set(methodsOf(group(resource)).map(snake));
    for (const flavour of ["", "async_"]) {
      const generated = pythonSource(`${flavour}resources`, snake(resource));
      const file = `sdk-python/src/musicverse/_${flavour}resources/${snake(resource)}.py`;
      const text =
        (generated.split(/\nclass \w+WithRawResponse/)[0] ?? "") +
        (existsSync(join(root, file)) ? read(file).split(/\nclass \w+WithRawResponse/)[0] : "");
      const theirs = new Set(
        [...text.matchAll(/\n    (?:(?:async )?def )?([a-z]\w*?)_?(?:\(| = staticmethod\()/g)].map(
          ([, name = ""]) => name,
        ),
      );
      theirs.delete("with_raw_response");
      expect([...theirs].toSorted()).toEqual([...ours].toSorted());
    }
  },
);

test("tasks are shown in both languages", () => {
  const javascriptTasks = readdirSync(join(root, "examples/javascript"))
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => snake(name.slice(0, -4)));
  const pythonTasks = readdirSync(join(root, "examples/python"))
    .filter((name) => name.endsWith(".py"))
    .map((name) => name.slice(0, -3));
  expect(pythonTasks.filter((name) => !name.endsWith("_async")).toSorted()).toEqual(javascriptTasks.toSorted());
});

function group(resource: string): object {
  return Reflect.get(client, resource) as object;
}

/** Its own and inherited public methods. */
function methodsOf(instance: object): string[] {
  const names = new Set<string>();
  for (
    let at = Object.getPrototypeOf(instance) as object;
    at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object
  )
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  names.delete("constructor");
  return [...names];
}

function javascriptSource(resource: string): string {
  const name = `${snake(resource).replaceAll("_", "-")}.ts`;
  return read(`sdk-js/src/generated/resources/${name}`);
}

function pythonSource(folder: string, resource: string): string {
  return read(`sdk-python/src/musicverse/_generated/${folder}/${resource}.py`);
}

function pythonOperations(): Map<string, [resource: string, method: string]> {
  const rows = read("sdk-python/src/musicverse/_generated/operations.py").matchAll(/"(\w+)": \("(\w+)", "(\w+)"\)/g);
  return new Map([...rows].map(([, id = "", resource = "", method = ""]) => [id, [resource, method]]));
}
