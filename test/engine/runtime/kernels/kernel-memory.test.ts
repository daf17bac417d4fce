import { describe, expect, it } from 'vitest';
import { checkedExports } from '../../../../src/engine/runtime/kernels/kernel-exports';
import { KernelMemory } from '../../../../src/engine/runtime/kernels/kernel-memory';

describe('KernelMemory', () => {
  it('hands out aligned places that do not overlap, behind what the module uses', () => {
    const memory = new KernelMemory();
    const first = memory.reserve(100);
    const second = memory.reserve(4, 4);
    const third = memory.reserve(16);
    expect(first).toBeGreaterThanOrEqual(memory.kernels.heapBase());
    expect(first % 64).toBe(0);
    expect(second).toBe(first + 100);
    expect(third).toBe(first + 128);
  });

  it('grows, keeps what was written, and knows which views are its own', () => {
    const memory = new KernelMemory();
    const address = memory.reserve(40);
    const before = memory.f32(address, 10).fill(3);
    expect(memory.addressOf(before)).toBe(address);
    const big = memory.reserve(10_000_000);
    expect(memory.size).toBeGreaterThanOrEqual(10_000_000);
    expect(before.length).toBe(0);
    expect([...memory.f32(address, 10)]).toEqual(Array.from({ length: 10 }, () => 3));
    expect(memory.u8(big, 10_000_000).every((byte) => byte === 0)).toBe(true);
    expect(memory.addressOf(new Float32Array(10))).toBeNull();
  });

  it('keeps two memories apart', () => {
    const [one, other] = [new KernelMemory(), new KernelMemory()];
    const address = one.reserve(4);
    expect(other.reserve(4)).toBe(address);
    one.u32(address, 1)[0] = 7;
    expect(other.u32(address, 1)[0]).toBe(0);
  });

  it('refuses more than 32-bit addresses reach', () => {
    expect(() => new KernelMemory().reserve(2 ** 32)).toThrow('4 GiB');
  });

  it('names what a module of another version lacks', () => {
    expect(() => checkedExports({})).toThrow('heapBase');
  });
});
