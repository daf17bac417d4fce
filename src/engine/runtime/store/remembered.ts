/** One answer of the database, kept until something is written that changes it: live figures are asked for many times a second. */
export class Remembered<T> {
  private kept: Promise<T> | null = null;

  constructor(private readonly ask: () => Promise<T>) {}

  /** Not to be written to: everybody gets the same. */
  get(): Promise<T> {
    if (this.kept !== null) return this.kept;
    const answer = this.ask();
    this.kept = answer;
    answer.catch(() => {
      if (this.kept === answer) this.kept = null;
    });
    return answer;
  }

  /** Called once the change is committed. Who asked before still gets the answer of then. */
  readonly forget = (): void => {
    this.kept = null;
  };
}
