import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const conditions = ["musicverse-source"];

/** Files of half a minute and more, the slowest first: one that begins last would leave the other core idle for as long as it takes. */
const slow = [
  "tests/fuzz/contract-fuzz",
  "tests/chaos/storm",
  "tests/contract/every-operation",
  "openapi/lint/rules",
  "tests/examples/examples",
  "tests/chaos/kill",
  "tests/e2e/worker-process",
  "server/src/platform/work/engine",
  "tools/openapi/breaking-changes",
  "tests/e2e/generation-failures",
  "tests/e2e/commands",
  "tests/contract/lifecycle",
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = slow.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return index === -1 ? slow.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{openapi,server,plugins,sdk-js,sdk-python,tests,tools,sdk-generator}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: ["server/test-kit/global-setup.ts"],
    sequence: { sequencer: SlowestFirst },
    pool: "forks",
    // Tests wait for processes, databases and clocks more than they calculate: two files at once keep even two cores no more than busy.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A condition is waited for as long as a busy machine may need, a twentieth of a core for instance; it costs nothing when
    // it holds sooner. What is promised within a time says so in its test.
    testTimeout: 120_000,
    // Machines that test changes are shared and noisy: one second try, told at the end of the output (tools/test.mjs). By hand there is none.
    retry: process.env["CI"] ? 1 : 0,
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 120_000,
  },
});
