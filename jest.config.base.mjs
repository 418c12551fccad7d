// Shared by every package's jest.config.mjs.
export default {
  testEnvironment: "node",
  // jest's soft clean-up of globals loops for ever when signal-exit's emitter is
  // met after a timed-out test (jestjs/jest#16044); "off" makes it a plain failure.
  testEnvironmentOptions: { globalsCleanup: "off" },
  testTimeout: 60_000,
  extensionsToTreatAsEsm: [".ts"],
  testMatch: ["<rootDir>/src/**/*.test.ts", "<rootDir>/test/**/*.test.ts"],
  // Tests run from the sources of every package: nothing has to be built first.
  moduleNameMapper: {
    "^@aster/([a-z-]+)$": "<rootDir>/../$1/src/index.ts",
    "^@aster/([a-z-]+)/([a-z0-9_/-]+)$": "<rootDir>/../$1/src/$2.ts",
  },
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2023" },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
};
