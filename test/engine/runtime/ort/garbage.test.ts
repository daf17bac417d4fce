import { describe, expect, it } from 'vitest';
import { collectGarbage, youngGarbageCollector } from '../../../../src/engine/runtime/ort/garbage';

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

describe('collectGarbage', () => {
  it('collects what has grown old, too', () => {
    const holder: { held: ArrayBuffer[] } = { held: Array.from({ length: 20 }, () => new ArrayBuffer(1 << 20)) };
    // Survivors of two collections are old.
    for (let i = 0; i < 3; i++) youngGarbageCollector()?.();
    const before = process.memoryUsage().arrayBuffers;
    holder.held = [];
    collectGarbage();
    expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(19 * 2 ** 20);
  });
});
