/** A worker's sign of life: one shared word that goes up at every look at the stop flag. A message could not be sent from inside a loop that computes. */
export class LifeSigns {
  private readonly word: Int32Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.word = new Int32Array(buffer);
  }

  /** It lives. */
  readonly give = (): void => {
    Atomics.add(this.word, 0, 1);
  };

  /** Signs so far; it wraps around, so only a difference means something. */
  get count(): number {
    return Atomics.load(this.word, 0);
  }
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly life: SharedArrayBuffer;
}
