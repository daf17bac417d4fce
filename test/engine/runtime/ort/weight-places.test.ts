import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/core/onnx/read-model';
import { writeModel } from '../../../../src/engine/core/onnx/write-model';
import { weightPlaces } from '../../../../src/engine/runtime/ort/weight-places';
import { smallVit } from '../../../helpers/small-project';

describe('weightPlaces', () => {
  it('puts all constants of a file into one block, whatever their places in the file', () => {
    const bytes = writeModel(smallVit());
    const graph = readModel(bytes, { place: weightPlaces() });
    expect(graph).toEqual(readModel(bytes));
    const large = [...graph.initializers.values()].filter(({ data }) => data.byteLength > 0);
    expect(new Set(large.map(({ data }) => data.buffer)).size).toBe(1);
    expect(large[0]?.data.buffer).not.toBe(bytes.buffer);
  });

  it('keeps what several names share, which may be more than the file holds', () => {
    const file = Uint8Array.from({ length: 40 }, (_, index) => index);
    const place = weightPlaces();
    const copies = [0, 1, 2].map(() => place(file.subarray(3, 35)));
    expect(copies.map((copy) => [...copy])).toEqual([0, 1, 2].map(() => [...file.subarray(3, 35)]));
    expect(copies.map(({ byteOffset }) => byteOffset % 8)).toEqual([0, 0, 0]);
  });
});
