/** When a worker's silence counts as hanging; the clock is the test's. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifeWatch, stuckWords, usualLimits, type BusyWorker, type StuckWorker } from '../../../../src/engine/runtime/workers/life-watch';

const every = 1_000;
const busy = (worker: number, task: number, signs: number): BusyWorker => ({ worker, task, what: 'evaluate', signs });

/** Looks once a second until somebody is stuck or `looks` are over; `at` gives the workers at a look, `gap` the time before it. */
function watching(watch: LifeWatch, looks: number, at: (look: number) => BusyWorker[], gap: (look: number) => number = () => every): { readonly look: number; readonly stuck: StuckWorker } | null {
  let now = 12_345;
  for (let look = 0; look < looks; look++) {
    now += gap(look);
    const stuck = watch.look(now, every, at(look));
    if (stuck !== null) return { look, stuck };
  }
  return null;
}

describe('a worker that gives no sign', () => {
  it('counts as hanging after the least limit, not before', () => {
    const found = watching(new LifeWatch(), 2000, () => [busy(0, 1, 7)]);
    expect(found).toEqual({ look: usualLimits.leastMs / every, stuck: { what: 'evaluate', silentMs: usualLimits.leastMs, limitMs: usualLimits.leastMs } });
    expect(found === null ? '' : stuckWords(found.stuck)).toBe("a worker did not come back from 'evaluate' for 600 s");
  });

  it('is found beside one that works on', () => {
    expect(watching(new LifeWatch(), 2000, (look) => [busy(0, 1, 7), busy(1, look, look)])?.stuck.what).toBe('evaluate');
  });

  it('may be silent for longer where other steps took long: twenty times the longest that ended', () => {
    const watch = new LifeWatch();
    // One step of 90 seconds, the next never ends.
    const found = watching(watch, 5000, (look) => [busy(0, 1, look < 90 ? 1 : 2)]);
    expect(watch.slowestMs).toBe(90_000);
    expect(watch.limitMs).toBe(1_800_000);
    expect(found?.stuck.silentMs).toBe(1_800_000);
  });
});

describe('never counts as hanging', () => {
  it('a worker that rests, however long', () => {
    expect(watching(new LifeWatch(), 100_000, () => [])).toBeNull();
  });

  it('a task that takes days and gives signs, or many short tasks without any', () => {
    expect(watching(new LifeWatch(), 200_000, (look) => [busy(0, 1, Math.floor(look / 250))])).toBeNull();
    expect(watching(new LifeWatch(), 200_000, (look) => [busy(0, Math.floor(look / 599), 0)])).toBeNull();
  });

  it('one in a machine that slept, was stopped, or got hardly any time', () => {
    // A look a day: each counts two seconds.
    expect(watching(new LifeWatch(), 290, () => [busy(0, 1, 7)], () => 24 * 3600_000)).toBeNull();
    expect(watching(new LifeWatch(), 290, () => [busy(0, 1, 7)], (look) => (look === 100 ? 8 * 3600_000 : every))).toBeNull();
  });

  it('one under a clock that jumps back', () => {
    expect(watching(new LifeWatch(), 290, () => [busy(0, 1, 7)], (look) => (look % 50 === 0 ? -365 * 86_400_000 : every))).toBeNull();
  });
});

it('whatever workers do: nobody is stuck before the least limit of silence, and nobody silent for longer than it and twenty times the slowest goes unnoticed', () => {
  fc.assert(fc.property(fc.array(fc.record({ gap: fc.integer({ min: 0, max: 5000 }), sign: fc.boolean(), idle: fc.boolean() }), { minLength: 1, maxLength: 400 }), (looks) => {
    const limits = { leastMs: 20_000, factor: 3 };
    const watch = new LifeWatch(limits);
    let [now, signs, task, silent] = [0, 0, 0, 0];
    let first = true;
    for (const { gap, sign, idle } of looks) {
      now += gap;
      if (sign) signs++;
      if (idle) task++;
      const limitBefore = watch.limitMs;
      const stuck = watch.look(now, every, idle ? [] : [busy(0, task, signs)]);
      silent = sign || idle || first ? 0 : silent + Math.min(gap, 2 * every);
      first = idle;
      expect(stuck !== null).toBe(silent >= limitBefore && !idle);
      if (stuck !== null) return;
    }
  }), { numRuns: 300 });
});
