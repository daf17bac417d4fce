/** A stop that a busy thread can see: one shared word, polled. A message would wait until the work is over. */
import { fail } from '../../../shared/failure';

export class StopFlag {
  private readonly word: Int32Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.word = new Int32Array(buffer);
  }

  /** Asks everybody who polls this flag to stop. */
  raise(): void {
    Atomics.store(this.word, 0, 1);
  }

  get raised(): boolean {
    return Atomics.load(this.word, 0) !== 0;
  }

  /** Throws a 'stopped' failure when the flag is up. */
  readonly poll = (): void => {
    if (this.raised) throw fail('stopped', 'Stopped; everything finished so far is kept');
  };
}
