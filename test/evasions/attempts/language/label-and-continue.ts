// SPDX-License-Identifier: MPL-2.0

// Labels are harmless, but `arguments` behind them is not.

export default function attempt(): unknown {
  again: for (;;) {
    if (arguments.length === 0) break again;
  }
  return 0;
}
