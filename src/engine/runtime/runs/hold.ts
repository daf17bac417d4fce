/** Work that waits while the machine goes to sleep: handed to nobody, and not counted as time. */
import type { StopFlag } from '../workers/stop-flag';

/** How soon somebody who waits notices that it is over, or that they are to stop. */
const lookMilliseconds = 100;

export class Hold {
  private held = false;

  set(held: boolean): void {
    this.held = held;
  }

  get on(): boolean {
    return this.held;
  }

  /** Resolves when nothing holds. Throws 'stopped' when the flag goes up meanwhile. */
  async passed(stop: StopFlag): Promise<void> {
    while (this.held) {
      await new Promise((resolve) => setTimeout(resolve, lookMilliseconds));
      stop.poll();
    }
  }
}
