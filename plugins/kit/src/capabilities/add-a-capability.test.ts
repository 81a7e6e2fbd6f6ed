import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

// Follows ADD_A_CAPABILITY.md in a copy of the kit: the page's declaration, listed in index.ts, and nothing else.

const kit = fileURLToPath(new URL("../..", import.meta.url));
const root = fileURLToPath(new URL("../../../..", import.meta.url));
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "musicverse-kit-"));
  await cp(join(kit, "src"), join(copy, "src"), { recursive: true });
  await cp(join(kit, "package.json"), join(copy, "package.json"));
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  const base = JSON.stringify({ extends: join(root, "tsconfig.base.json"), include: ["src/**/*.ts"] });
  await writeFile(join(copy, "tsconfig.json"), base);
  const page = await readFile(join(kit, "ADD_A_CAPABILITY.md"), "utf8");
  const declaration = /```ts\n(.*?)```/s.exec(page)?.[1] ?? "";
  await writeFile(join(copy, "src/capabilities/greeting.ts"), declaration);
  const index = await readFile(join(copy, "src/capabilities/index.ts"), "utf8");
  const listed = index
    .replace(
      "export const capabilities = {",
      'import { greeting } from "./greeting.ts";\nexport * from "./greeting.ts";\n$&',
    )
    .replace(/(export const capabilities = \{.*?)( \} as const)/s, "$1, greeting$2");
  expect(listed).toContain(", greeting }");
  await writeFile(join(copy, "src/capabilities/index.ts"), listed);
});
afterAll(() => rm(copy, { recursive: true, force: true }));

const run = (file: string, ...args: string[]) =>
  promisify(execFile)(file, args, { cwd: copy }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  );

const plugin = (greet: string) => `
import { definePlugin } from "./index.ts";
export default definePlugin({
  id: "hi", version: "1.0.0", kit: "^0.1.0", name: "Hi", docs: "https://hi.example/docs", config: {}, hosts: ["api.hi.example"],
  capabilities: { greeting: { greet: ${greet} } },
});
`;

test("a plugin with the new capability compiles, and one with another signature does not", async () => {
  const tsc = join(root, "node_modules/.bin/tsc");
  await writeFile(join(copy, "src/hi.ts"), plugin("async (_ctx, { name }) => ({ line: `Hello, ${name}` })"));
  expect(await run(tsc, "-p", ".")).toEqual({ code: 0, output: "" });
  await writeFile(join(copy, "src/hi.ts"), plugin("async (_ctx, { name }) => ({ row: name })"));
  const { code, output } = await run(tsc, "-p", ".");
  expect(code).not.toBe(0);
  expect(output).toContain("src/hi.ts");
});

test("the suite calls it with its cases, and fails without one", async () => {
  await writeFile(join(copy, "src/hi.ts"), plugin("async (_ctx, { name }) => ({ line: `Hello, ${name}` })"));
  await writeFile(
    join(copy, "src/judge.ts"),
    `
import { providedBy } from "./conformance/cases.ts";
import { casesRule } from "./conformance/rules/cases.ts";
import plugin from "./hi.ts";
const judge = (cases) => casesRule.check({ plugin, options: { config: {}, cases, answer: () => { throw new Error("not asked"); } } });
console.log(providedBy({ plugin }).map(({ of }) => of).join());
await judge({ greeting: { greet: [{ input: { name: "Ada" } }] } });
await judge({}).catch((error) => console.log(error.message.split("\\n")[0]));
`,
  );
  expect(await run(process.execPath, "--conditions=musicverse-source", "src/judge.ts")).toEqual({
    code: 0,
    output:
      "greeting.greet\nno case calls them; add cases: { greeting: { greet: [{ input: … }] } } (for webhooks: their samples)\n",
  });
});
