import base from "../../jest.config.base.mjs";

// The tests in test/ boot images in QEMU: `pnpm test:qemu`.
export default { ...base, displayName: "bare", testMatch: ["<rootDir>/src/**/*.test.ts"] };
