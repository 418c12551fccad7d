import base from "../../jest.config.base.mjs";

export default {
  ...base,
  displayName: "hello-kernel",
  moduleNameMapper: {
    "^@aster/([a-z-]+)$": "<rootDir>/../../packages/$1/src/index.ts",
    "^@aster/([a-z-]+)/([a-z0-9_/-]+)$": "<rootDir>/../../packages/$1/src/$2.ts",
  },
};
