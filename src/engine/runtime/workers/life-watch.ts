/**
 * Whether a worker is still getting anywhere. A call of ONNX Runtime or of the system that never returns cannot be ended from outside
 * (decision 0001), so all that can be done about it is to notice, and to replace the process. Pure: the clock is an argument.
 */

export interface BusyWorker {
  readonly worker: number;
  /** Number of the task that it is at. */
  readonly task: number;
  readonly what: string;
  /** Its signs of life so far. */
  readonly signs: number;
}

export interface WatchLimits {
  /** Silence shorter than this means nothing. */
  readonly leastMs: number;
  /** ... nor one that is shorter than so many times the longest that ended by itself. */
  readonly factor: number;
}

/**
 * Workers give a sign between any two runs of ONNX Runtime, before each picture, and at each site of a calibration, so a silence is one such step. Measured on
 * two cores that five others used as well: 2 s with ViT-B picture by picture, 26 s with DeiT-B in batches of 32 (docs/decisions/0006). What is taken for hanging
 * wrongly costs a batch its pictures, what is noticed late costs minutes once in a blue moon: the limit is far on that side, and goes up by itself where steps take longer.
 */
export const usualLimits: WatchLimits = { leastMs: 600_000, factor: 20 };

export interface StuckWorker {
  readonly what: string;
  readonly silentMs: number;
  readonly limitMs: number;
}

/** For the log, and for who reads why the engine was started again. */
export function stuckWords({ what, silentMs }: StuckWorker): string {
  return `a worker did not come back from '${what}' for ${Math.round(silentMs / 1000)} s`;
}

interface Silence {
  readonly task: number;
  readonly signs: number;
  readonly milliseconds: number;
}

export class LifeWatch {
  private lookedAt: number | null = null;
  private readonly silences = new Map<number, Silence>();
  private longestMs = 0;

  constructor(private readonly limits: WatchLimits = usualLimits) {}

  /** The longest silence that ended by itself. */
  get slowestMs(): number {
    return this.longestMs;
  }

  /** How long a worker may be silent now. */
  get limitMs(): number {
    return Math.max(this.limits.leastMs, this.limits.factor * this.longestMs);
  }

  /**
   * One look at the workers that have a task; those that are not named rest.
   *
   * @param now milliseconds of any clock
   * @param everyMs time between two looks. One that comes far too late means that the process did not run (the machine slept, somebody stopped it): the
   *   workers did not either, so no more than twice this counts.
   * @returns a worker that has been silent for too long, if there is one
   */
  look(now: number, everyMs: number, busy: readonly BusyWorker[]): StuckWorker | null {
    const passed = this.lookedAt === null ? 0 : Math.min(Math.max(0, now - this.lookedAt), 2 * everyMs);
    this.lookedAt = now;
    for (const worker of [...this.silences.keys()]) if (!busy.some((one) => one.worker === worker)) this.ended(worker, passed);
    let stuck: StuckWorker | null = null;
    for (const { worker, task, what, signs } of busy) {
      const before = this.silences.get(worker);
      if (before === undefined || before.task !== task || before.signs !== signs) {
        this.ended(worker, passed);
        this.silences.set(worker, { task, signs, milliseconds: 0 });
        continue;
      }
      const milliseconds = before.milliseconds + passed;
      this.silences.set(worker, { task, signs, milliseconds });
      if (milliseconds >= this.limitMs && (stuck === null || milliseconds > stuck.silentMs)) stuck = { what, silentMs: milliseconds, limitMs: this.limitMs };
    }
    return stuck;
  }

  /** A silence is over: with the time since the last look, in which it may have gone on. */
  private ended(worker: number, passed: number): void {
    const silence = this.silences.get(worker);
    this.silences.delete(worker);
    if (silence !== undefined && silence.milliseconds > 0) this.longestMs = Math.max(this.longestMs, silence.milliseconds + passed);
  }
}
