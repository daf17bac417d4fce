import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeTensors, type TensorLife } from '../../../../src/engine/core/graph/tensor-places';

const life = (name: string, bytes: number, from: number, to: number): TensorLife => ({ name, bytes, from, to });
const lives = fc.array(fc.record({ bytes: fc.nat(5000), from: fc.nat(12), length: fc.nat(6) }), { maxLength: 24 })
  .map((all) => all.map(({ bytes, from, length }, index) => life(`t${index}`, bytes, from, from + length)));
const meet = (a: TensorLife, b: TensorLife): boolean => a.from <= b.to && b.from <= a.to;

describe('placeTensors', () => {
  it('never lets two living tensors share a byte, keeps to the alignment and stays within the total', () => {
    fc.assert(fc.property(lives, fc.constantFrom(1, 16, 64), (all, align) => {
      const { offsets, bytes } = placeTensors(all, align);
      const start = (tensor: TensorLife): number => offsets.get(tensor.name) ?? NaN;
      expect(offsets.size).toBe(all.length);
      for (const a of all) {
        expect(start(a) % align).toBe(0);
        expect(start(a) + a.bytes).toBeLessThanOrEqual(bytes);
        for (const b of all) if (a !== b && meet(a, b) && start(a) < start(b) + b.bytes && start(b) < start(a) + a.bytes) throw new Error(`${a.name} and ${b.name} overlap`);
      }
    }));
  });

  it('takes no more than all tensors side by side, and no less than what lives at once', () => {
    fc.assert(fc.property(lives, (all) => {
      const { bytes } = placeTensors(all, 1);
      const atOnce = Array.from({ length: 20 }, (_, step) => all.filter(({ from, to }) => from <= step && step <= to).reduce((sum, tensor) => sum + tensor.bytes, 0));
      expect(bytes).toBeLessThanOrEqual(all.reduce((sum, tensor) => sum + tensor.bytes, 0));
      expect(bytes).toBeGreaterThanOrEqual(Math.max(0, ...atOnce));
    }));
  });

  it('is as small as can be where that is plain to see', () => {
    expect(placeTensors([]).bytes).toBe(0);
    expect(placeTensors([life('a', 100, 0, 3)]).bytes).toBe(128);
    // One after the other, in any order: one place.
    expect(placeTensors([life('b', 640, 2, 3), life('a', 1000, 0, 1), life('c', 64, 4, 9)])).toEqual({ bytes: 1024, offsets: new Map([['a', 0], ['b', 0], ['c', 0]]) });
    // All at once: side by side. A life ends with its step, both ends included.
    expect(placeTensors([life('a', 64, 0, 1), life('b', 64, 1, 2), life('c', 64, 1, 1)]).bytes).toBe(192);
    // A residual stream lives on while larger tensors come and go beside it.
    expect(placeTensors([life('residual', 256, 0, 9), life('map', 4096, 1, 2), life('next', 4096, 3, 4), life('hidden', 2048, 5, 6)]).bytes).toBe(4096 + 256);
    // A small tensor goes where a large one ended, under a third that is still needed.
    expect(placeTensors([life('a', 128, 0, 1), life('b', 64, 0, 3), life('c', 128, 2, 3)]).bytes).toBe(192);
  });

  it('does not depend on the order in which tensors of different sizes are given', () => {
    fc.assert(fc.property(lives, (all) => {
      const distinct = all.map((tensor, index) => ({ ...tensor, bytes: tensor.bytes * 32 + index }));
      expect(placeTensors([...distinct].reverse())).toEqual(placeTensors(distinct));
    }));
  });
});
