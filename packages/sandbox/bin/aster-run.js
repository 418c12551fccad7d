#!/usr/bin/env node
// SPDX-License-Identifier: MPL-2.0

import { main } from "../dist/cli.js";

process.exit(await main(process.argv.slice(2)));
