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

/** Whether the result of an OSTD operation is an error. */
export function isOstdError(value: unknown): value is OstdError {
  return (
    value === "InvalidArgs" ||
    value === "NoMemory" ||
    value === "PageFault" ||
    value === "AccessDenied" ||
    value === "IoError" ||
    value === "NotEnoughResources" ||
    value === "Overflow"
  );
}
