// SPDX-License-Identifier: MPL-2.0

export default {
  projects: ["<rootDir>/packages/*", "<rootDir>/examples/*", "<rootDir>/apps/*"],
};
