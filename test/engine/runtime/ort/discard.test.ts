import { describe, expect, it } from 'vitest';
import { discard } from '../../../../src/engine/runtime/ort/discard';

describe('discard', () => {
  it('gives memory back before any garbage collection', () => {
    const megabytes = 40;
    const buffers = Array.from({ length: megabytes }, () => new ArrayBuffer(1 << 20));
    const before = process.memoryUsage().arrayBuffers;
    for (const buffer of buffers) discard(buffer);
    expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(megabytes * 2 ** 20);
    expect(buffers.map((buffer) => buffer.byteLength)).toEqual(new Array(megabytes).fill(0));
  });

  it('empties views on it, and nothing else', () => {
    const [kept, gone] = [new Float32Array([1, 2]), new Float32Array([3, 4])];
    discard(gone.buffer);
    expect([[...kept], gone.length, gone.byteLength]).toEqual([[1, 2], 0, 0]);
  });
});
