/** Progress of a whole job: image evaluations done, their rate, and the time left. */
import type { Progress, Stage } from '../../../shared/evaluation';

/** Rates mean something after this long. */
const settleMilliseconds = 1500;

export class Pace {
  private planned = 0;
  private done = 0;
  private skipped = 0;
  private started: number | null = null;
  private doneAtStart = 0;

  /** `now` in milliseconds: the clock is the caller's. */
  constructor(private readonly now: () => number) {}

  /** Adds image evaluations to come. */
  plan(evaluations: number): void {
    this.planned += evaluations;
  }

  /** Counts finished evaluations. A short last batch counts whole, so that done ends at planned. */
  advance(evaluations: number, skipped: number): void {
    this.started ??= this.now();
    this.done += evaluations;
    this.skipped += skipped;
    if (this.doneAtStart === 0) this.doneAtStart = this.done;
  }

  /** A progress record; `done` and `total` default to the job's image evaluations. */
  progress(stage: Stage, subject: string, done = this.done, total = this.planned): Progress {
    const elapsed = this.started === null ? 0 : this.now() - this.started;
    const rate = elapsed < settleMilliseconds ? null : ((this.done - this.doneAtStart) / elapsed) * 1000;
    const left = rate === null || rate <= 0 ? null : (this.planned - this.done) / rate;
    return { stage, subject, done, total, rate, secondsLeft: left, skipped: this.skipped };
  }
}
