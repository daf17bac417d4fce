/** The watch over a pool's workers: looks once a second, tells once, and ends with the pool. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BusyWorker, StuckWorker } from '../../../../src/engine/runtime/workers/life-watch';
import { watchPool } from '../../../../src/engine/runtime/workers/watch-pool';

beforeEach(() => { vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }); });
afterEach(() => { vi.useRealTimers(); });

const limits = { leastMs: 5000, factor: 20 };
const at = (signs: number): BusyWorker[] => [{ worker: 0, task: 1, what: 'evaluate', signs }];

it('tells of a silent worker once, and looks no more', () => {
  const told: StuckWorker[] = [];
  watchPool({ busy: () => at(3) }, (stuck) => told.push(stuck), limits);
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([{ what: 'evaluate', silentMs: 5000, limitMs: 5000 }]);
  expect(vi.getTimerCount()).toBe(0);
});

it('is quiet about one that works, and ends with the pool', () => {
  const told: StuckWorker[] = [];
  let signs: number | null = 0;
  watchPool({ busy: () => (signs === null ? null : at(signs++)) }, (stuck) => told.push(stuck), limits);
  vi.advanceTimersByTime(3600_000);
  expect(told).toEqual([]);
  signs = null;
  vi.advanceTimersByTime(1000);
  expect(vi.getTimerCount()).toBe(0);
});
