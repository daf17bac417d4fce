/**
 * Commits finished batches one transaction after another. A transaction costs about the same for one batch as for many, and what it costs
 * the workers lose: so batches are collected between two of them, for a multiple of the time that the last one took. The first comes at once.
 */
import { CollectedBatches } from './collected-batches';
import type { BatchCommit, Store } from '../store/store-types';

export interface CommittingParts {
  readonly store: Pick<Store, 'commitBatches'>;
  /** Called after each transaction with what is now safe on disk. Its time counts like the transaction's own. */
  readonly stored: (commits: readonly BatchCommit[]) => Promise<void>;
  /** Milliseconds since some start: the clock is the caller's. */
  readonly now: () => number;
}

/** Batches are collected for this many times as long as the last transaction took, ... */
const restFactor = 24;
/** ... but for no more milliseconds than this, which is all that a killed process can lose beside the batches in work, ... */
const longestRest = 500;
/** ... and for no more batches. */
const mostCollected = 32;
/** Batches not yet stored at which nobody should bring more: the workers are faster than the disk. */
const mostWaiting = 256;

export class Committing {
  private readonly pending = new CollectedBatches();
  /** In the transaction under way. */
  private inWork = 0;
  private working: Promise<void> | null = null;
  private failure: { readonly error: unknown } | null = null;
  /** Ends the rest between two transactions. */
  private wake: (() => void) | null = null;
  /** Somebody waits for the end: no rests. */
  private hurried = 0;

  constructor(private readonly parts: CommittingParts) {}

  /** Queues a batch. */
  add(commit: BatchCommit): void {
    this.pending.add(commit);
    if (this.pending.count >= mostCollected) this.wake?.();
    this.working ??= this.work();
  }

  /** Resolves at once unless far more was added than is stored; then when it is stored. Rejects with the first error of the store. */
  async room(): Promise<void> {
    if (this.pending.count + this.inWork >= mostWaiting) await this.settled();
    this.check();
  }

  /** Stores everything added, without a rest; rejects with the first error of the store. */
  async settled(): Promise<void> {
    this.hurried++;
    this.wake?.();
    while (this.working !== null) await this.working;
    this.hurried--;
    this.check();
  }

  private check(): void {
    if (this.failure !== null) throw this.failure.error;
  }

  private async work(): Promise<void> {
    // Batches that arrive in one turn of the event loop share a transaction.
    await Promise.resolve();
    const { store, stored, now } = this.parts;
    try {
      while (this.pending.count > 0 && this.failure === null) {
        const group = this.pending.take();
        this.inWork = group.length;
        const start = now();
        await store.commitBatches(group);
        await stored(group);
        this.inWork = 0;
        await this.rest(Math.min(longestRest, restFactor * (now() - start)));
      }
    } catch (error) {
      this.failure = { error };
    } finally {
      this.working = null;
    }
  }

  private async rest(milliseconds: number): Promise<void> {
    if (this.hurried > 0 || this.pending.count >= mostCollected) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
  }
}
