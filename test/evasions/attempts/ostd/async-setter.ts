// SPDX-License-Identifier: MPL-2.0

// A promise given to a setter.

class Job {
  #last: unknown;
  set last(value: unknown) {
    this.#last = value;
  }
  get last(): unknown {
    return this.#last;
  }
}
async function work(): Promise<void> {}

export default (): unknown => {
  const job = new Job();
  job.last = work();
  return job.last === undefined;
};
