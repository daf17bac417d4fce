import { describe, expect, it } from 'vitest';
import { youngGarbageCollector } from '../../../../src/engine/runtime/ort/young-garbage';

describe('youngGarbageCollector', () => {
  it('collects what was just let go of', () => {
    const collect = youngGarbageCollector();
    expect(collect).not.toBeNull();
    collect?.();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 20; i++) new ArrayBuffer(1 << 20);
    expect(process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(before + 15 * 2 ** 20);
    collect?.();
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(before + 2 * 2 ** 20);
  });

  it('leaves the global scope as it was', () => {
    youngGarbageCollector();
    expect(typeof globalThis.gc).toBe('undefined');
  });
});
