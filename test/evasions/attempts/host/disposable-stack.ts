// SPDX-License-Identifier: MPL-2.0

// A stack of disposables of the language's.

export default (): unknown => new DisposableStack();
