import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchCount, batchOrder, groupSize, missingBatches, shareOfRest, takeGroup } from '../../../../src/engine/runtime/runs/batches';

describe('batches', () => {
  it('covers every image once and no more', () => {
    fc.assert(fc.property(fc.nat(500), fc.integer({ min: 1, max: 16 }), (images, size) => {
      const count = batchCount(images, size);
      expect(count * size).toBeGreaterThanOrEqual(images);
      expect((count - 1) * size).toBeLessThan(Math.max(images, 1));
    }));
  });

  it('hands out exactly the batches that each run lacks, in groups of equal runs', () => {
    const committed = fc.uniqueArray(fc.nat(19));
    fc.assert(fc.property(fc.array(committed, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 7 }), (done, most) => {
      const runs = new Map(done.map((batches, index) => [`run${index}`, new Set(batches)]));
      const work = missingBatches(Array.from({ length: 20 }, (_, batch) => batch), runs);
      const handed = new Map([...runs].map(([run]) => [run, new Set<number>()]));
      for (let group = takeGroup(work, most); group.length > 0; group = takeGroup(work, most)) {
        expect(group.length).toBeLessThanOrEqual(most);
        for (const item of group) {
          expect(item.runs).toEqual(group[0]?.runs);
          for (const run of item.runs) handed.get(run)?.add(item.batch);
        }
      }
      for (const [run, batches] of runs) {
        const all = [...(handed.get(run) ?? []), ...batches].sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: 20 }, (_, batch) => batch));
      }
    }));
  });

  it('groups small batches until a task takes about its time', () => {
    expect(groupSize(null, 400, 64)).toBe(1);
    expect(groupSize(1000, 400, 64)).toBe(1);
    expect(groupSize(10, 400, 64)).toBe(40);
    expect(groupSize(0.01, 400, 64)).toBe(64);
  });

  it('shrinks tasks towards the end, down to one batch each', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 16 }), (batches, takers) => {
      let last = Infinity;
      for (let left = batches; left > 0; ) {
        const share = shareOfRest(left, takers);
        expect(share).toBeLessThanOrEqual(Math.min(last, left));
        // What the others may still take is at least as much, unless the tasks are single batches.
        if (share > 1) expect((left - share) / takers).toBeGreaterThanOrEqual(share / 2);
        last = share;
        left -= share;
      }
      expect(last).toBe(1);
    }));
  });
});

describe('batchOrder', () => {
  it('holds every batch once, and whatever is done first holds every class', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 8 }), (classes, each, size) => {
      const labels = Array.from({ length: classes * each }, (_, image) => Math.floor(image / each));
      const order = batchOrder(labels, size);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: batchCount(labels.length, size) }, (_, batch) => batch));
      // One batch per class at most is needed to have met every class.
      const met = new Set(order.slice(0, classes).flatMap((batch) => labels.slice(batch * size, (batch + 1) * size)));
      expect(met.size).toBe(classes);
    }));
  });
});
