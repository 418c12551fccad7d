// SPDX-License-Identifier: MPL-2.0
import base from "../../jest.config.base.mjs";

// The page is tested as it was built.
export default { ...base, displayName: "browser-check", moduleNameMapper: {} };
