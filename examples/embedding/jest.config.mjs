import base from "../../jest.config.base.mjs";

export default {
  ...base,
  displayName: "embedding",
  globalSetup: "<rootDir>/../../packages/sandbox/test/support/build.mjs",
};
