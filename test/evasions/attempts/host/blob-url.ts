// SPDX-License-Identifier: MPL-2.0

// A place for code, by the URL of a blob.

export default (): unknown => URL.createObjectURL(new Blob(["export {}"]));
