// SPDX-License-Identifier: MPL-2.0

const SAMPLE_NS = 5_000_000_000;
const DECAY_1 = Math.exp(-5 / 60);
const DECAY_5 = Math.exp(-5 / 300);
const DECAY_15 = Math.exp(-5 / 900);

/** The load averages of /proc/loadavg and sysinfo(2): runnable threads, sampled every 5 seconds. */
export class LoadAverage {
  one = 0;
  five = 0;
  fifteen = 0;
  private sampledNs = 0;

  /** Tells how many threads are runnable now; called at ticks and when the averages are read. */
  update(nowNs: number, runnable: number): void {
    // After a long sleep the averages have decayed: a hundred samples are as good as all of them.
    let samples = Math.min(1000, Math.floor((nowNs - this.sampledNs) / SAMPLE_NS));
    if (samples <= 0) return;
    this.sampledNs = nowNs - ((nowNs - this.sampledNs) % SAMPLE_NS);
    for (; samples > 0; samples--) {
      this.one = runnable + (this.one - runnable) * DECAY_1;
      this.five = runnable + (this.five - runnable) * DECAY_5;
      this.fifteen = runnable + (this.fifteen - runnable) * DECAY_15;
    }
  }
}
