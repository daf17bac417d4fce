import { describe, expect, it, vi } from 'vitest';
import { collectGarbage, youngGarbageCollector } from '../../../../src/engine/runtime/ort/garbage';

describe('youngGarbageCollector', () => {
  it('collects what was just let go of', async () => {
    const collect = youngGarbageCollector();
    expect(collect).not.toBeNull();
    collect?.();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 20; i++) new ArrayBuffer(1 << 20);
    expect(process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(before + 15 * 2 ** 20);
    collect?.();
    await vi.waitFor(() => expect(process.memoryUsage().arrayBuffers).toBeLessThan(before + 2 * 2 ** 20));
  });

  it('leaves the global scope as it was', () => {
    youngGarbageCollector();
    expect(typeof globalThis.gc).toBe('undefined');
  });
});

describe('collectGarbage', () => {
  it('collects what has grown old, too', async () => {
    const holder: { held: ArrayBuffer[] } = { held: Array.from({ length: 20 }, () => new ArrayBuffer(1 << 20)) };
    // Survivors of two collections are old.
    for (let i = 0; i < 3; i++) youngGarbageCollector()?.();
    const before = process.memoryUsage().arrayBuffers;
    holder.held = [];
    collectGarbage();
    // V8 gives the bytes of collected buffers back on a thread of its own, which a busy machine lets wait.
    await vi.waitFor(() => expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(19 * 2 ** 20));
  });
});
