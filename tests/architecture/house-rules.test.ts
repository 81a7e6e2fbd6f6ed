import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { productionCode, root, sourceFiles } from "./sources.ts";

const code = sourceFiles(
  "{bench,examples,openapi,server,plugins,sdk-generator,sdk-js,sdk-python,tests,tools}/**/*.{ts,mjs,cjs}",
).filter(({ path }) => !path.includes("/generated/"));
const everyText = sourceFiles(["{*,.*}", "{*,.*}/**"]);

/** `path:line` of every line that the pattern matches. */
function lines(pattern: RegExp, among: readonly { path: string; text: string }[]): string[] {
  return among.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

test("only the configuration and the program's start read the environment", () => {
  const allowed = /^server\/src\/(main\.ts$|platform\/config\/|dev\/)/;
  expect(
    lines(
      /process\.env\b/,
      productionCode().filter(({ path }) => !allowed.test(path)),
    ),
  ).toEqual([]);
});

test("no statement asks for all columns: a prepared one fails when a migration adds one beneath a running process", () => {
  expect(lines(/\breturning\s+(\w+\.)?\*|\bselect \* from [a-z_]+\b(?!\()/i, productionCode())).toEqual([]);
});

test("a number or a pattern that a mechanism fixes for itself is written in UPPER_SNAKE_CASE", () => {
  const mechanisms = code.filter(({ path }) => path.startsWith("server/src/platform/"));
  const fixed = /^(export )?const [a-z]\w*(: \w+)? = (-?\d[-+*/()\s\d_.]*|(\d+ \* )?[A-Z]+_MS|\/.+\/[a-z]*);$/;
  expect(lines(/^const [A-Z][A-Z_]* = \d/, mechanisms).length).toBeGreaterThan(40);
  expect(lines(fixed, mechanisms)).toEqual([]);
});

test("no file that people write has more than 400 lines", () => {
  expect(code.filter(({ text }) => text.split("\n").length > 400).map(({ path }) => path)).toEqual([]);
});

test("each slice has an index.ts, and a README of at most 15 lines", () => {
  const slices = [
    ...new Set(sourceFiles("server/src/features/*/*.ts").map(({ path }) => path.split("/").slice(0, 4).join("/"))),
  ];
  expect(slices.length).toBeGreaterThan(5);
  expect(slices.filter((slice) => !existsSync(join(root, slice, "index.ts")))).toEqual([]);
  const readmes = new Map(
    sourceFiles("server/src/features/*/README.md").map(({ path, text }) => [path, text.trim().split("\n").length]),
  );
  expect(slices.filter((slice) => (readmes.get(`${slice}/README.md`) ?? Infinity) > 15)).toEqual([]);
});

test("no test is switched off or singled out, and nothing is left for later", () => {
  expect(lines(/\b(test|it|describe|suite)\.(skip|only|todo)\b|\b(TO[D]O|FI[X]ME)\b/, code)).toEqual([]);
});

test("no file names a path of one machine or a registry's host", () => {
  expect(everyText.length).toBeGreaterThan(code.length);
  expect(lines(/(?<![\w.}-])[/](home|root|Users|work)[/]\w/, everyText)).toEqual([]);
  expect(lines(/https?:[/]{2}[\w.-]*(registry|artifactory)|"resolved": "https?[:]/, everyText)).toEqual([]);
});

test("no file names a requirement by a number that nothing in the repository resolves", () => {
  expect(lines(/\b(API|BIL|CON|DOC|DST|GEN|LIS|OPS|PLG|REC|SDK|WHK)-\d{2}\b/, everyText)).toEqual([]);
});

test("each decision says its status, and the index lists it", () => {
  const decisions = sourceFiles("adr/[0-9]*.md");
  expect(decisions.length).toBeGreaterThan(20);
  const hasStatus = ({ text }: { text: string }) =>
    /^# \d+\. .+\n\nStatus: (accepted|superseded by \[\d+\]\(\S+\.md\))/.test(text);
  expect(decisions.filter((decision) => !hasStatus(decision)).map(({ path }) => path)).toEqual([]);
  const [index] = sourceFiles("adr/README.md");
  const listed = [...(index?.text ?? "").matchAll(/^\| \d+ \| \[.+\]\((\S+)\) \|$/gm)].map(([, file]) => `adr/${file}`);
  expect(listed).toEqual(decisions.map(({ path }) => path));
});

test("every link between the documents leads to a file", () => {
  const documents = sourceFiles([
    "*.md",
    "{adr,bench,examples,openapi,server,plugins,sdk-generator,sdk-js,sdk-python,tests,tools}/**/*.md",
  ]);
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});
