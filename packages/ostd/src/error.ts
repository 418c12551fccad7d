// SPDX-License-Identifier: MPL-2.0

/** Why an operation of OSTD could not be done. Returned, never thrown. */
export type OstdError =
  | "InvalidArgs"
  | "NoMemory"
  | "PageFault"
  | "AccessDenied"
  | "IoError"
  | "NotEnoughResources"
  | "Overflow";
