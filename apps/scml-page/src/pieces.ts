// SPDX-License-Identifier: MPL-2.0

/** The bytes of a file, one character for each, unzipped where it is gzip (RFC 1952). */
export async function* pieces(file: Blob): AsyncGenerator<string> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isZipped = head[0] === 0x1f && head[1] === 0x8b;
  const stream: ReadableStream<Uint8Array> = isZipped
    ? file.stream().pipeThrough(new DecompressionStream("gzip"))
    : file.stream();
  const reader = stream.getReader();
  // Not TextDecoder: what it calls latin1 is windows-1252, which has other characters at 0x80.
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    let text = "";
    for (let at = 0; at < value.length; at += STEP) {
      text += String.fromCharCode(...value.subarray(at, at + STEP));
    }
    yield text;
  }
}

/** Arguments that a function surely takes at once. */
const STEP = 8192;
