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
    testTimeout: 30_000,
    // A condition is waited for as long as a busy machine may need; it costs nothing when it holds sooner.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
  },
});
