/** Progress of a whole job: image evaluations done, their rate, and the time left. Only time spent evaluating counts. */
import type { Progress, Stage } from '../../../shared/evaluation';

/** Rates mean something after this long. */
const settleMilliseconds = 1500;

export class Pace {
  private planned = 0;
  private done = 0;
  private skipped = 0;
  /** Evaluating time before the stretch that is going on, and when that began. */
  private spent = 0;
  private since: number | null = null;

  /** `now` in milliseconds: the clock is the caller's. */
  constructor(private readonly now: () => number) {}

  /** Adds image evaluations to come. */
  plan(evaluations: number): void {
    this.planned += evaluations;
  }

  /** Evaluation begins, or goes on after something else (calibration, another model's import). */
  start(): void {
    this.since ??= this.now();
  }

  /** Evaluation stops for something else. */
  pause(): void {
    this.spent = this.elapsed();
    this.since = null;
  }

  /** Counts finished evaluations. A short last batch counts whole, so that done ends at planned. */
  advance(evaluations: number, skipped: number): void {
    this.done += evaluations;
    this.skipped += skipped;
  }

  /** A progress record; `done` and `total` default to the job's image evaluations. */
  progress(stage: Stage, subject: string, done = this.done, total = this.planned): Progress {
    const elapsed = this.elapsed();
    const rate = elapsed < settleMilliseconds || this.done === 0 ? null : (this.done / elapsed) * 1000;
    return { stage, subject, done, total, rate, secondsLeft: rate === null ? null : (this.planned - this.done) / rate, skipped: this.skipped };
  }

  private elapsed(): number {
    return this.spent + (this.since === null ? 0 : this.now() - this.since);
  }
}
