// SPDX-License-Identifier: MPL-2.0

import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { privileged, safe } from "./packages/eslint-plugin/dist/index.js";

// A contract is a suite of tests that several implementations run.
const TESTS = ["**/*.test.ts", "**/testing/**", "**/contract/**", "**/test/**"];

export default defineConfig(
  {
    ignores: ["**/dist/**", "**/node_modules/**", "**/.build/**", "**/.aster/**"],
  },
  {
    files: ["packages/*/src/**/*.ts", "examples/*/src/**/*.ts", "apps/*/src/**/*.ts"],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@typescript-eslint": tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-debugger": "error",
      "prefer-const": "error",
    },
  },
  // The kernel and everything made on OSTD is safe TypeScript.
  { files: ["packages/kernel/src/**/*.ts", "examples/*/src/**/*.ts"], ignores: TESTS, ...safe },
  { files: ["packages/ostd/src/**/*.ts"], ignores: TESTS, ...privileged },
);
