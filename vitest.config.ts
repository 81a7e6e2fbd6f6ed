import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const conditions = ["musicverse-source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{openapi,server,plugins,sdk-js,sdk-python,tests,tools}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: ["server/test-kit/global-setup.ts"],
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
