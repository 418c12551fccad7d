// SPDX-License-Identifier: MPL-2.0

import type { Result } from "../../result.ts";
import type { NinePChannel } from "./channel.ts";
import { NinePClient } from "./client.ts";

/** A folder of the host that a device offers. All its mounts speak through one client. */
export class HostFolder {
  private readonly channel: NinePChannel;
  private client: NinePClient | undefined = undefined;

  constructor(channel: NinePChannel) {
    this.channel = channel;
  }

  /** The client, attached to the folder as fid 0; minus an errno where there is no server. */
  connect(): NinePClient | Result {
    if (this.client !== undefined) return this.client;
    const attached = NinePClient.attach(this.channel);
    if (typeof attached !== "number") this.client = attached;
    return attached;
  }
}
