import { defineConfig } from "vitest/config";

const elsewhere = ["**/node_modules/**", ".planb/**"];

/** Three projects, from cheap to dear: pure tests, tests on a Docker engine, user stories on a running stack. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...elsewhere, "**/*.engine.test.ts", "**/*.e2e.test.ts"],
        },
      },
      {
        test: {
          name: "engine",
          include: ["**/*.engine.test.ts"],
          exclude: elsewhere,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.e2e.test.ts"],
          globalSetup: ["test/e2e/setup.ts"],
          exclude: elsewhere,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
