// SPDX-License-Identifier: MPL-2.0

// A type that is called `const`-like.

type Const = number;

export default (): unknown => "text" as unknown as Const;
