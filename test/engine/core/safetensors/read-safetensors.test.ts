import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../../../src/engine/core/safetensors/read-safetensors';
import { toFloat32 } from '../../../../src/engine/core/safetensors/to-float';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { safetensorsBytes, type TensorToWrite } from '../../../helpers/safetensors-bytes';

const decode = (utf8: Uint8Array): string => new TextDecoder().decode(utf8);
const read = (bytes: Uint8Array): ReturnType<typeof readSafetensors> => readSafetensors(bytes, decode, 'weights.safetensors');

function refused(bytes: Uint8Array): Failure {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof EngineError) return error.failure;
    throw error;
  }
  throw new Error('the file was taken');
}

const two = new Map<string, TensorToWrite>([
  ['a', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['b', { shape: [2], data: Float32Array.of(7, 8) }],
]);
const entry = (header: Record<string, unknown>, name: string): { dtype: string; shape: number[]; data_offsets: [number, number] } => header[name] as { dtype: string; shape: number[]; data_offsets: [number, number] };

describe('readSafetensors', () => {
  it('gives back what was written', () => {
    const tensor = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 12 }).map((values): TensorToWrite => ({ shape: [values.length], data: Float32Array.from(values) }));
    fc.assert(fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__metadata__' && name !== '__proto__'), tensor, { maxKeys: 6 }), (written) => {
      // A dictionary's keys come back in JSON order: whole numbers first.
      const tensors = new Map(Object.entries(written));
      const found = read(safetensorsBytes(tensors)).tensors;
      expect([...found.keys()].sort()).toEqual([...tensors.keys()].sort());
      for (const [name, { shape, data }] of tensors) {
        const stored = found.get(name);
        expect(stored?.shape).toEqual(shape);
        if (stored !== undefined) expect(new Uint8Array(toFloat32(stored).slice().buffer)).toEqual(new Uint8Array(data.slice().buffer));
      }
    }));
  });

  it('widens half-precision kinds exactly', () => {
    const halves = Uint16Array.of(0x3f80, 0xc000, 0x0001, 0x7f7f);
    const bits = Uint32Array.from(halves, (half) => half * 65536);
    const bf16 = read(safetensorsBytes(new Map([['x', { shape: [4], data: halves }]]))).tensors.get('x');
    const f16 = read(safetensorsBytes(new Map([['x', { shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x0001), dtype: 'F16' }]]))).tensors.get('x');
    expect(bf16 === undefined ? null : toFloat32(bf16)).toEqual(new Float32Array(bits.buffer));
    expect(f16 === undefined ? null : toFloat32(f16)).toEqual(Float32Array.of(1, -2, 2 ** -24));
  });

  it.each([
    ['a header longer than the file', (bytes: Uint8Array) => { new DataView(bytes.buffer).setBigUint64(0, 10n ** 6n, true); }, 'header'],
    ['a header of absurd length', (bytes: Uint8Array) => { new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true); }, 'header'],
    ['a header that is no JSON', (bytes: Uint8Array) => { bytes[8] = 0x5b; bytes[9] = 0x7b; }, 'header'],
  ] as const)('refuses %s', (_what, damage, place) => {
    const bytes = safetensorsBytes(two);
    damage(bytes);
    const failure = refused(bytes);
    expect(failure).toMatchObject({ kind: 'model-unreadable', file: 'weights.safetensors' });
    expect(`${failure.what} ${failure.place ?? ''}`).toContain(place);
    expect(failure.next).toBeTruthy();
  });

  it.each([
    ['overlapping tensors', (header: Record<string, unknown>) => { entry(header, 'b').data_offsets = [20, 28]; }, 'b', 'overlap'],
    ['tensors outside the file', (header: Record<string, unknown>) => { entry(header, 'b').data_offsets = [24, 24 + 8 * 1000]; entry(header, 'b').shape = [2000]; }, 'b', 'the file at'],
    ['bytes of nobody between them', (header: Record<string, unknown>) => { delete header['a']; }, 'b', 'belong to no tensor'],
    ['bytes of nobody at the end', (header: Record<string, unknown>) => { delete header['b']; }, 'a', 'belong to no tensor'],
    ['a shape that is not that of the bytes', (header: Record<string, unknown>) => { entry(header, 'a').shape = [3, 3]; }, 'a', '24 bytes'],
    ['negative sizes', (header: Record<string, unknown>) => { entry(header, 'a').shape = [-2, -3]; }, 'a', 'shape'],
    ['unknown kinds of numbers', (header: Record<string, unknown>) => { entry(header, 'a').dtype = 'F8_E4M3'; }, 'a', 'dtype'],
    ['entries that are none', (header: Record<string, unknown>) => { header['a'] = 3; }, 'a', 'no object'],
  ] as const)('refuses %s and names the tensor', (_what, change, name, says) => {
    const failure = refused(safetensorsBytes(two, change));
    expect(failure).toMatchObject({ kind: 'model-unreadable', place: name });
    expect(failure.what).toContain(says);
  });

  it('refuses or reads, whatever the bytes', () => {
    const whole = safetensorsBytes(two);
    fc.assert(fc.property(fc.array(fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) }), { minLength: 1, maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
      const bytes = whole.slice(0, Math.max(0, whole.length - (length % 9)));
      for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
      try {
        read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
      }
    }), { numRuns: 500 });
  });
});
