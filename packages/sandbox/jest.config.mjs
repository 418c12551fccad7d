import base from "../../jest.config.base.mjs";

export default {
  ...base,
  displayName: "sandbox",
  globalSetup: "<rootDir>/test/support/build.mjs",
};
