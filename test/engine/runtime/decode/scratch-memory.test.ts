import { expect, it } from 'vitest';
import { ScratchMemory } from '../../../../src/engine/runtime/decode/scratch-memory';

it('hands out places that do not overlap, and the same ones again after clear', () => {
  const scratch = new ScratchMemory();
  const first = scratch.take(100);
  const second = scratch.put(Int32Array.of(1, 2, 3));
  expect(second).toBeGreaterThanOrEqual(first + 100);
  expect([...scratch.memory.i32(second, 3)]).toEqual([1, 2, 3]);
  scratch.clear();
  expect(scratch.take(100)).toBe(first);
});

it('keeps what was written when it grows', () => {
  const scratch = new ScratchMemory();
  const words = scratch.put(Float32Array.of(1.5, -2));
  const large = scratch.take(3_000_000);
  scratch.memory.u8(large, 3_000_000).fill(9);
  expect([...scratch.memory.f32(words, 2)]).toEqual([1.5, -2]);
});

it('keeps its memory for the next picture, but gives it back after a huge one', () => {
  const scratch = new ScratchMemory();
  scratch.take(20_000_000);
  const { size } = scratch.memory;
  scratch.clear();
  expect(scratch.memory.size).toBe(size);
  scratch.take(120_000_000);
  scratch.clear();
  expect(scratch.memory.size).toBeLessThan(1_000_000);
  expect(scratch.take(10)).toBeGreaterThan(0);
});
