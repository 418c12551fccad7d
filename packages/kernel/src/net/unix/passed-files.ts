// SPDX-License-Identifier: MPL-2.0

import type { OpenFile } from "../../fs/file.ts";
import type { UnixSocket } from "./socket.ts";

/** The open files of one message (SCM_RIGHTS); the message holds each of them. */
export class PassedFiles {
  readonly files: readonly OpenFile[];
  /** Who sent them: RLIMIT_NOFILE counts them. */
  readonly uid: number;
  /** In whose queue the message is. */
  readonly receiver: UnixSocket;

  constructor(files: readonly OpenFile[], uid: number, receiver: UnixSocket) {
    this.files = files;
    this.uid = uid;
    this.receiver = receiver;
  }
}
