// SPDX-License-Identifier: MPL-2.0

/** Above this many bytes waiting for the guest, `send` asks its caller to pause. */
export const INPUT_HIGH_WATER_BYTES: number = 256 * 1024;

/** The most that `kept` is for: more than the guest takes at once is rare. */
const KEPT_BYTES_MAX: number = INPUT_HIGH_WATER_BYTES;

/**
 * Takes what the guest wrote. Returns false to make the guest wait until `resumeOutput`;
 * the bytes of this call are taken all the same.
 */
export type OutputSink = (bytes: Uint8Array) => boolean;

/** What a port asks of the console device it belongs to. */
export interface ConsolePortOwner {
  deliverInput(port: ConsolePort): void;
  collectOutput(port: ConsolePort): void;
  announceHostOpen(port: ConsolePort): void;
}

/**
 * The host's end of one port of a console device: a pair of byte streams.
 *
 * Towards the guest, `send` queues bytes and `endInput` says that no more will come.
 * From the guest, bytes go to `output`; without one they are dropped.
 */
export class ConsolePort {
  readonly id: number;
  /** Name under which the guest finds the port; the console itself (port 0) has none. */
  readonly name: string | undefined;
  /** Called when fewer than the high-water mark are left, after `send` returned false. */
  onInputDrained: () => void = () => {};
  /** The guest opened or closed the port. */
  onGuestOpen: (open: boolean) => void = () => {};

  /** What the device needs to know; not for users. */
  readonly state: {
    readonly input: Uint8Array[];
    inputBytes: number;
    inputEnded: boolean;
    hostOpen: boolean;
    /** The host state that the guest was last told. */
    announcedOpen: boolean;
    guestOpen: boolean;
    outputPaused: boolean;
  } = {
    input: [],
    inputBytes: 0,
    inputEnded: false,
    hostOpen: true,
    announcedOpen: false,
    guestOpen: false,
    outputPaused: false,
  };

  private readonly owner: ConsolePortOwner;
  private sink: OutputSink | undefined;
  /** Memory for what the guest has not taken. */
  private kept: Uint8Array = new Uint8Array(0);

  constructor(owner: ConsolePortOwner, id: number, name: string | undefined) {
    this.owner = owner;
    this.id = id;
    this.name = name;
  }

  /** Gives the guest `bytes`, which the caller may use again; false asks to wait for `onInputDrained`. */
  send(bytes: Uint8Array): boolean {
    if (this.state.inputEnded || !this.state.hostOpen) return true;
    if (bytes.length > 0) {
      this.state.input.push(bytes);
      this.state.inputBytes += bytes.length;
      this.owner.deliverInput(this);
      this.keepInput(bytes);
    }
    return this.state.inputBytes < INPUT_HIGH_WATER_BYTES;
  }

  /** Copies what the guest has not taken of `bytes`: mostly it takes all at once. */
  private keepInput({ buffer }: Uint8Array): void {
    const { input } = this.state;
    for (let i = input.length - 1; i >= 0; i--) {
      const piece = input[i];
      if (piece?.buffer !== buffer) continue;
      input[i] = this.copy(piece);
      return;
    }
  }

  /** A copy; memory is made for it only while the copy before is still wanted. */
  private copy(piece: Uint8Array): Uint8Array {
    const { kept } = this;
    const isInUse = this.state.input.some(({ buffer }) => buffer === kept.buffer);
    if (isInUse || piece.length > KEPT_BYTES_MAX) return new Uint8Array(piece);
    if (piece.length > kept.length) this.kept = new Uint8Array(KEPT_BYTES_MAX);
    this.kept.set(piece);
    return this.kept.subarray(0, piece.length);
  }

  /** No more input: once the guest took what is queued, it sees the host's end closed. */
  endInput(): void {
    if (this.state.inputEnded) return;
    this.state.inputEnded = true;
    this.owner.deliverInput(this);
  }

  /** Closes the host's end at once: queued input is dropped, and so is further output. */
  close(): void {
    this.state.inputEnded = true;
    this.state.hostOpen = false;
    this.state.input.length = 0;
    this.state.inputBytes = 0;
    this.sink = undefined;
    this.state.outputPaused = false;
    this.owner.announceHostOpen(this);
    this.owner.collectOutput(this);
  }

  set output(sink: OutputSink | undefined) {
    this.sink = sink;
    this.resumeOutput();
  }

  /** Goes on after the sink returned false. */
  resumeOutput(): void {
    this.state.outputPaused = false;
    this.owner.collectOutput(this);
  }

  /** For the device: hands over what the guest wrote. */
  receive(bytes: Uint8Array): void {
    if (this.sink !== undefined && !this.sink(bytes)) this.state.outputPaused = true;
  }
}
