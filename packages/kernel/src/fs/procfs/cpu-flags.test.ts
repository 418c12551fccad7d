// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { processorFlags } from "./cpu-flags.ts";

const NOTHING = {
  vendor: "AuthenticAMD",
  modelName: "QEMU TCG CPU version 2.5+",
  family: 15,
  model: 107,
  stepping: 1,
  featuresEdx: 0,
  featuresEcx: 0,
  structuredEbx: 0,
  structuredEcx: 0,
  extendedEdx: 0,
  extendedEcx: 0,
};
/** PCLMULQDQ, FMA, POPCNT, AES, XSAVE, AVX and F16C. */
const WITH_AVX = 0x3680_1002;
const OSXSAVE = 2 ** 27;
const FSGSBASE_BMI1_AVX2_SMEP_ERMS = 0x2a9;

test("names the bits of each leaf", () => {
  expect(
    processorFlags({
      ...NOTHING,
      featuresEdx: 0x0700_0001,
      featuresEcx: 0x0080_0001,
      extendedEdx: 0x2810_0800,
      extendedEcx: 0x21,
      structuredEcx: 4,
    }),
  ).toBe("fpu fxsr sse sse2 syscall nx rdtscp lm pni popcnt lahf_lm abm umip");
});

test("names nothing that programs can not use", () => {
  const processor = {
    ...NOTHING,
    featuresEcx: WITH_AVX,
    structuredEbx: FSGSBASE_BMI1_AVX2_SMEP_ERMS,
  };
  expect(processorFlags(processor)).toBe("pclmulqdq popcnt aes bmi1 smep erms");
  expect(processorFlags({ ...processor, featuresEcx: WITH_AVX + OSXSAVE })).toBe(
    "pclmulqdq fma popcnt aes xsave avx f16c bmi1 avx2 smep erms",
  );
});
