// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { checkName } from "./name.ts";

test.each(["myos", "my-os", "my_os", "a", "os2", "kernel", "x".repeat(64)])(
  "%s is a name",
  (name) => {
    expect(() => checkName(name)).not.toThrow();
  },
);

test.each([
  ["Upper", /expected a lower-case letter, then/],
  ["", /expected a lower-case letter, then/],
  ["1os", /expected a lower-case letter, then/],
  ["-os", /expected a lower-case letter, then/],
  [".os", /expected a lower-case letter, then/],
  ["..", /expected a lower-case letter, then/],
  ["my os", /expected a lower-case letter, then/],
  ["os\n", /expected a lower-case letter, then/],
  ["caf\u00e9", /expected a lower-case letter, then/],
  ["os.", /expected a lower-case letter, then/],
  ["a/b", /expected a name, not a path/],
  ["../b", /expected a name, not a path/],
  ["/b", /expected a name, not a path/],
  ["a\\b", /expected a name, not a path/],
  ["@scope/os", /expected a name, not a path/],
  ["x".repeat(65), /at most 64 characters/],
  ["fs", /Node has a module of that name/],
  ["test", /Node has a module of that name/],
  ["class", /reserved word of JavaScript/],
  ["constructor", /objects have a key of that name/],
  ["node_modules", /folder that projects have/],
  ["target", /folder that projects have/],
  ["nul", /Windows has a device of that name/],
  ["com1", /Windows has a device of that name/],
])("%j is none", (name, why) => {
  expect(() => checkName(name)).toThrow(why);
});
