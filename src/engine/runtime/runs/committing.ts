/** Commits finished batches one transaction after another; what arrives while one is under way goes into the next together. */
import type { BatchCommit, Store } from '../store/store-types';

interface Pending {
  readonly commit: BatchCommit;
  readonly stored: () => Promise<void>;
}

export class Committing {
  private pending: Pending[] = [];
  private working: Promise<void> | null = null;
  private failure: { readonly error: unknown } | null = null;

  constructor(private readonly store: Pick<Store, 'commitBatches'>) {}

  /** Queues a batch; `stored` is called once it is safe on disk. */
  add(commit: BatchCommit, stored: () => Promise<void>): void {
    this.pending.push({ commit, stored });
    this.working ??= this.work();
  }

  /** Resolves when everything added is stored; rejects with the first error of the store. */
  async settled(): Promise<void> {
    await this.working;
    if (this.failure !== null) throw this.failure.error;
  }

  private async work(): Promise<void> {
    // Batches that arrive in one turn of the event loop share a transaction.
    await Promise.resolve();
    try {
      while (this.pending.length > 0 && this.failure === null) {
        const group = this.pending;
        this.pending = [];
        await this.store.commitBatches(group.map(({ commit }) => commit));
        for (const { stored } of group) await stored();
      }
    } catch (error) {
      this.failure = { error };
    } finally {
      this.working = null;
    }
  }
}
