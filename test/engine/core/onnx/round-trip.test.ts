import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/core/onnx/read-model';
import { writeModel } from '../../../../src/engine/core/onnx/write-model';
import { EngineError } from '../../../../src/shared/failure';
import { graphArbitrary } from '../../../helpers/random-graph';

describe('ONNX reader and writer', () => {
  it('read what was written: every graph, every bit', () => {
    fc.assert(fc.property(graphArbitrary, (graph) => {
      expect(readModel(writeModel(graph))).toEqual(graph);
    }), { numRuns: 200 });
  });

  it('read it from any byte offset, aligned or not', () => {
    fc.assert(fc.property(graphArbitrary, fc.integer({ min: 1, max: 7 }), (graph, offset) => {
      const bytes = writeModel(graph);
      const shifted = new Uint8Array(bytes.length + offset);
      shifted.set(bytes, offset);
      expect(readModel(shifted.subarray(offset))).toEqual(graph);
    }), { numRuns: 50 });
  });

  it('refuse every truncation of a model with a Failure that says so', () => {
    const [graph] = fc.sample(graphArbitrary.filter(({ nodes, initializers }) => nodes.length > 3 && initializers.size > 2), { numRuns: 1, seed: 7 });
    if (graph === undefined) throw new Error('no sample');
    const bytes = writeModel(graph);
    expect(bytes.length).toBeGreaterThan(200);
    for (let length = 0; length < bytes.length; length++) {
      try {
        readModel(bytes.subarray(0, length), { file: 'cut.onnx' });
        expect.fail(`${length} of ${bytes.length} bytes were accepted`);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        expect(error.failure).toMatchObject({ kind: 'model-unreadable', file: 'cut.onnx' });
      }
    }
  });

  it('survive any damage to a byte: a graph or a Failure, never a crash', () => {
    const [graph] = fc.sample(graphArbitrary, { numRuns: 1, seed: 3 });
    if (graph === undefined) throw new Error('no sample');
    const bytes = writeModel(graph);
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const damaged = bytes.slice();
      damaged[at] = value;
      try {
        readModel(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
      }
    }), { numRuns: 500 });
  });
});
