import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FreeSpace } from '../../../../src/engine/core/calibration/free-space';

interface Part {
  readonly offset: number;
  readonly bytes: number;
}

describe('FreeSpace', () => {
  it('never gives a place twice, and takes a gap before it grows', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 50 }), give: fc.option(fc.nat(), { freq: 2 }) }), { maxLength: 60 }), (steps) => {
        const space = new FreeSpace();
        const parts: Part[] = [];
        for (const { bytes, give } of steps) {
          const victim = give === null || parts.length === 0 ? undefined : parts.splice(give % parts.length, 1)[0];
          if (victim !== undefined) space.give(victim.offset, victim.bytes);
          const before = space.end;
          const part = { offset: space.take(bytes), bytes };
          for (const other of parts) expect(part.offset >= other.offset + other.bytes || part.offset + bytes <= other.offset).toBe(true);
          expect(part.offset + bytes).toBeLessThanOrEqual(space.end);
          if (space.end > before) {
            const sorted = [...parts].sort((a, b) => a.offset - b.offset);
            const gaps = sorted.map(({ offset }, index) => offset - (index === 0 ? 0 : (sorted[index - 1]?.offset ?? 0) + (sorted[index - 1]?.bytes ?? 0)));
            expect(Math.max(0, ...gaps)).toBeLessThan(bytes);
          }
          parts.push(part);
        }
      }),
    );
  });

  it('joins neighbours: what was given back in pieces is taken whole', () => {
    for (const order of [[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 0, 2]]) {
      const space = new FreeSpace();
      const offsets = [space.take(10), space.take(10), space.take(10)];
      space.take(5);
      for (const index of order) space.give(offsets[index] ?? NaN, 10);
      expect(space.take(30)).toBe(0);
      expect(space.end).toBe(35);
    }
  });
});
