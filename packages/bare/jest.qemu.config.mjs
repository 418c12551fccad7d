import base from "../../jest.config.base.mjs";

export default { ...base, displayName: "bare-qemu", testMatch: ["<rootDir>/test/**/*.test.ts"] };
