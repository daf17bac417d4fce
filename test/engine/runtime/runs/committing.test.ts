import { describe, expect, it, vi } from 'vitest';
import { Committing } from '../../../../src/engine/runtime/runs/committing';
import type { BatchCommit } from '../../../../src/engine/runtime/store/store-types';

const batch = (number: number): BatchCommit => ({ batch: number, cells: [], skipped: [] });

/** A store on a clock of its own: each transaction takes `cost` ms, and nothing is real time. */
function setUp({ cost = 10, failAt = Infinity }: { cost?: number; failAt?: number } = {}): { committing: Committing; transactions: number[][]; stored: number[]; pass: (milliseconds: number) => Promise<void> } {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const transactions: number[][] = [];
  const stored: number[] = [];
  const committing = new Committing({
    now: () => Date.now(),
    stored: async (commits) => void stored.push(...commits.map((commit) => commit.batch)),
    store: {
      commitBatches: async (commits) => {
        await new Promise((resolve) => setTimeout(resolve, cost));
        if (transactions.length + 1 === failAt) throw new Error('disk full');
        transactions.push(commits.map((commit) => commit.batch));
      },
    },
  });
  return { committing, transactions, stored, pass: async (milliseconds) => void (await vi.advanceTimersByTimeAsync(milliseconds)) };
}

describe('Committing', () => {
  it('stores the first batch at once and collects the next ones for a while', async () => {
    const { committing, transactions, stored, pass } = setUp();
    committing.add(batch(0));
    await pass(10);
    expect(transactions).toEqual([[0]]);
    for (let number = 1; number < 5; number++) {
      await pass(20);
      committing.add(batch(number));
    }
    expect(transactions).toEqual([[0]]);
    await pass(500);
    expect(transactions).toEqual([[0], [1, 2, 3, 4]]);
    expect(stored).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps nothing back for longer than half a second, however long a transaction took', async () => {
    const { committing, transactions, pass } = setUp({ cost: 400 });
    committing.add(batch(0));
    await pass(400);
    committing.add(batch(1));
    await pass(900);
    expect(transactions).toEqual([[0], [1]]);
  });

  it('collects no more than a number of batches', async () => {
    const { committing, transactions, pass } = setUp();
    committing.add(batch(0));
    await pass(10);
    for (let number = 1; number <= 32; number++) committing.add(batch(number));
    await pass(10);
    expect(transactions.map((commits) => commits.length)).toEqual([1, 32]);
  });

  it('stores the rest without waiting when the end is asked for', async () => {
    const { committing, transactions, pass } = setUp();
    committing.add(batch(0));
    await pass(10);
    committing.add(batch(1));
    const settled = committing.settled();
    await pass(10);
    await settled;
    expect(transactions).toEqual([[0], [1]]);
  });

  it('has room until far more was added than is stored', async () => {
    const { committing, transactions, pass } = setUp();
    for (let number = 0; number < 255; number++) committing.add(batch(number));
    await committing.room();
    committing.add(batch(255));
    let room = false;
    const waiting = committing.room().then(() => { room = true; });
    await pass(5);
    expect(room).toBe(false);
    await pass(20);
    await waiting;
    expect(transactions.flat()).toHaveLength(256);
  });

  it('tells the first error of the store to everybody, and stores nothing more', async () => {
    const { committing, transactions, stored, pass } = setUp({ failAt: 2 });
    committing.add(batch(0));
    await pass(10);
    committing.add(batch(1));
    const settled = expect(committing.settled()).rejects.toThrow('disk full');
    await pass(10);
    await settled;
    committing.add(batch(2));
    await pass(1000);
    await expect(committing.room()).rejects.toThrow('disk full');
    await expect(committing.settled()).rejects.toThrow('disk full');
    expect(transactions).toEqual([[0]]);
    expect(stored).toEqual([0]);
  });
});
