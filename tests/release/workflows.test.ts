import { globSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
interface Job {
  permissions?: Record<string, string>;
  needs?: string;
  if?: string;
  environment?: unknown;
  strategy?: { matrix: Record<string, string[]> };
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const root = resolve(import.meta.dirname, "../..");
const workflows = globSync(join(root, ".github/workflows/*.{yml,yaml}")).map((path) => {
  const text = readFileSync(path, "utf8");
  return { name: basename(path), text, workflow: parse(text) as Workflow };
});

describe.each(workflows)("$name", ({ text, workflow }) => {
  test("is a workflow", () => {
    expect(Object.keys(workflow.on).length).toBeGreaterThan(0);
    for (const { steps } of Object.values(workflow.jobs)) expect(steps.length).toBeGreaterThan(0);
  });

  test("names every action by its commit, and says which version that is", () => {
    const used = text.split("\n").filter((line) => /\buses:/.test(line));
    expect(used.filter((line) => !/uses: [\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test("gives each job no more than it says it needs", () => {
    for (const [name, { permissions }] of Object.entries(workflow.jobs))
      expect(permissions ?? workflow.permissions, name).toBeDefined();
  });

  test("only runs scripts that the repository has", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = ""]) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

test("the Python SDK is tested on every Python that it names", () => {
  const { strategy } = workflows.find(({ name }) => name === "ci.yml")?.workflow.jobs["python"] ?? {};
  const named = [...readFileSync(join(root, "sdk-python/pyproject.toml"), "utf8").matchAll(/Python :: (3\.\d+)"/g)].map(
    ([, version]) => version,
  );
  expect(strategy?.matrix["python"]).toEqual(named);
});

describe("the release", () => {
  const jobs = workflows.find(({ name }) => name === "release.yml")?.workflow.jobs ?? {};
  const stepOf = (job: string, action: string) => jobs[job]?.steps.find(({ uses }) => uses?.startsWith(`${action}@`));

  test("npm packages are published with provenance", () => {
    expect(jobs["npm"]?.permissions?.["id-token"]).toBe("write");
    expect(stepOf("npm", "changesets/action")?.env?.["NPM_CONFIG_PROVENANCE"]).toBe("true");
  });

  test("PyPI gets what another job built, and no token", () => {
    expect(stepOf("pypi", "pypa/gh-action-pypi-publish")?.with).not.toHaveProperty("password");
    expect(jobs["pypi"]).toMatchObject({
      needs: "python-build",
      permissions: { "id-token": "write" },
      environment: { name: "pypi" },
    });
    expect(jobs["pypi"]?.steps.some(({ run }) => run !== undefined)).toBe(false);
    expect(jobs["python-build"]?.permissions).toEqual({ contents: "read" });
  });

  test("no job but those two may sign in anywhere", () => {
    expect(Object.keys(jobs).filter((name) => jobs[name]?.permissions?.["id-token"] === "write")).toEqual([
      "npm",
      "pypi",
    ]);
  });
});
