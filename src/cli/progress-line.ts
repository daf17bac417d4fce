/** Progress on stderr: one line that rewrites itself on a terminal, a line every few seconds elsewhere. */
import type { EvaluationEvent, Progress } from '../shared/evaluation';
import type { TextStream } from './environment';

/** Between two lines in a log, and between two looks on a terminal. */
const logMilliseconds = 5000;
const terminalMilliseconds = 100;
/** Skipped images named one by one before only their number grows. */
const mostNamed = 20;

export interface ProgressTarget {
  readonly stderr: TextStream;
  readonly colour: boolean;
  now(): number;
}

export class ProgressLine {
  private shown: number | null = null;
  private lastStage = '';
  private lineOpen = false;
  private skippedNamed = 0;
  private readonly noted = new Set<string>();

  constructor(private readonly target: ProgressTarget) {}

  readonly onEvent = (event: EvaluationEvent): void => {
    switch (event.kind) {
      case 'progress': return this.progress(event.progress);
      case 'note': return this.note(event.text);
      case 'skipped': return this.skipped(event.image.file, event.image.reason, event.image.detail);
      case 'run': return undefined;
    }
  };

  /** For tasks that tell no more than how much is done. */
  counting(subject: string, stage: Progress['stage'] = 'evaluating'): (event: { readonly done: number; readonly total: number }) => void {
    return ({ done, total }) => this.progress({ stage, subject, done, total, rate: null, secondsLeft: null, skipped: 0 });
  }

  /** A line of its own, above the progress. The same text is said once. */
  note(text: string): void {
    if (this.noted.has(text)) return;
    this.noted.add(text);
    this.line(`${this.weak('note:')} ${text}`);
  }

  line(text: string): void {
    this.clear();
    this.target.stderr.write(`${text}\n`);
  }

  /** Removes the line that rewrites itself. */
  clear(): void {
    if (this.lineOpen) this.target.stderr.write('\r\x1b[2K');
    this.lineOpen = false;
  }

  private progress(progress: Progress): void {
    const now = this.target.now();
    const { isTTY } = this.target.stderr;
    const stage = `${progress.stage} ${progress.subject}`;
    const pause = isTTY ? terminalMilliseconds : logMilliseconds;
    const due = this.shown === null || now - this.shown >= pause || (isTTY && stage !== this.lastStage);
    if (!due) return;
    this.shown = now;
    this.lastStage = stage;
    const text = progressText(progress);
    if (!isTTY) return this.line(text);
    this.clear();
    this.target.stderr.write([...text].slice(0, Math.max(20, this.target.stderr.columns - 1)).join(''));
    this.lineOpen = true;
  }

  private skipped(file: string, reason: string, detail: string): void {
    this.skippedNamed += 1;
    if (this.skippedNamed <= mostNamed) this.line(`${this.weak('skipped:')} ${file}: ${reason}${detail === '' ? '' : `, ${detail}`}`);
    if (this.skippedNamed === mostNamed + 1) this.line(`${this.weak('skipped:')} more than ${mostNamed}; --json lists all of them`);
  }

  private weak(text: string): string {
    return this.target.colour ? `\x1b[2m${text}\x1b[22m` : text;
  }
}

/** "evaluating fashion_vit  1,240 of 7,000  31 images/s  3 min left  2 skipped". */
export function progressText({ stage, subject, done, total, rate, secondsLeft, skipped }: Progress): string {
  const parts = [subject === '' ? stage : `${stage} ${subject}`];
  if (total > 0) parts.push(`${count(done)} of ${count(total)}`);
  if (rate !== null && stage === 'evaluating') parts.push(`${rate < 10 ? rate.toFixed(1) : count(rate)} images/s`);
  if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`);
  if (skipped > 0) parts.push(`${count(skipped)} skipped`);
  return parts.join('  ');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
