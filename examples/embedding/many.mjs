// SPDX-License-Identifier: MPL-2.0

import { boot } from "@aster/sandbox";

/** Each in a worker of its own: they share nothing, and this thread stays free. */
const systems = await Promise.all(
  [0, 1, 2].map((number) => boot({ limits: { memoryMiB: 64 }, env: { NUMBER: `${number}` } })),
);
try {
  const results = await Promise.all(
    systems.map((system) => system.exec("echo $NUMBER > /tmp/mine; cat /tmp/*")),
  );
  console.log(results.map(({ stdout }) => stdout.trim()));
} finally {
  await Promise.all(systems.map((system) => system.close()));
}
