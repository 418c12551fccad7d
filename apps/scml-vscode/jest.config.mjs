// SPDX-License-Identifier: MPL-2.0
import base from "../../jest.config.base.mjs";

// The extension is tested as it was built.
export default {
  ...base,
  displayName: "scml-vscode",
  moduleNameMapper: {},
  modulePathIgnorePatterns: ["/dist/"],
};
