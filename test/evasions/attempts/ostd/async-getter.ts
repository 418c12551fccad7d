// SPDX-License-Identifier: MPL-2.0

// A promise out of a getter that nobody awaits.

class Job {
  get later(): Promise<void> {
    return this.work();
  }
  async work(): Promise<void> {}
}

export default (): unknown => {
  const job = new Job();
  const kept = job.later;
  return kept === undefined;
};
