import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLimits, mostElements, mostNodes } from '../../../../src/engine/core/graph/check-limits';
import { hoistConstants } from '../../../../src/engine/core/graph/hoist-constants';
import type { Graph, GraphNode, Tensor } from '../../../../src/engine/core/graph/types';
import { readModel } from '../../../../src/engine/core/onnx/read-model';
import { EngineError } from '../../../../src/shared/failure';
import { swinMini, vitMini } from '../../../helpers/model-fixtures';
import { graphArbitrary } from '../../../helpers/random-graph';

const int64 = (...values: number[]): Tensor => ({ type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
const node = (opType: string, inputs: string[], output: string): GraphNode => ({ name: `the ${opType}`, opType, domain: '', inputs, outputs: [output], attributes: new Map() });

function graph(nodes: GraphNode[], constants: Record<string, Tensor> = {}, dims = [1, 3, 32, 32]): Graph {
  return {
    name: 'g', nodes, initializers: new Map(Object.entries(constants)), inputs: [{ name: 'x', type: 'float32', dims }], outputs: [{ name: 'y', type: 'float32', dims: [null] }],
    opsets: [{ domain: '', version: 17 }], irVersion: 8, metadata: new Map(), shapes: new Map(),
  };
}

function failureOf(checked: Graph): { what: string; place: string | undefined; kind: string } {
  try {
    checkLimits(checked);
  } catch (error) {
    if (error instanceof EngineError) return { what: error.failure.what, place: error.failure.place, kind: error.failure.kind };
    throw error;
  }
  throw new Error('it was let in');
}

describe('limits of a graph from a stranger', () => {
  it.each([['vit_mini', vitMini], ['swin_mini', swinMini]])('let %s in', (_, file) => {
    expect(() => checkLimits(hoistConstants(readModel(readFileSync(file))))).not.toThrow();
  });

  it.each(['Loop', 'If', 'Scan'])('refuse control flow: %s', (opType) => {
    expect(failureOf(graph([node(opType, ['x'], 'y')]))).toMatchObject({ kind: 'model-unsupported', place: `${opType} the ${opType}`, what: expect.stringContaining('decides while it runs') as string });
  });

  it.each(['RandomNormal', 'ImageDecoder', 'StringSplit', 'NonMaxSuppression', 'SequenceInsert', 'LSTM', 'Bomb'])('refuse what no vision transformer needs: %s', (opType) => {
    expect(failureOf(graph([node(opType, ['x'], 'y')])).what).toContain(opType);
  });

  it('refuse a few bytes that ask for terabytes, naming the tensor', () => {
    const terabytes = int64(1_000_000, 1_000_000);
    for (const [opType, inputs] of [['ConstantOfShape', ['n']], ['Expand', ['x', 'n']], ['Tile', ['x', 'n']], ['OneHot', ['x', 'n', 'x']]] as const) {
      expect(failureOf(graph([node(opType, [...inputs], 'huge')], { n: terabytes }))).toMatchObject({ place: `the ${opType}`, what: expect.stringContaining('1000000 x 1000000') as string });
    }
    expect(failureOf(graph([node('Range', ['from', 'to', 'by'], 'huge')], { from: int64(0), to: int64(10 ** 12), by: int64(1) })).what).toContain('1000000000000');
    expect(failureOf(graph([node('Range', ['from', 'to', 'by'], 'huge')], { from: int64(0), to: int64(5), by: int64(0) })).what).toContain('Infinity');
  });

  it('refuse a small chain that grows beyond any network, and a huge picture', () => {
    const steps = Array.from({ length: 8 }, (_, i) => node('Concat', Array.from({ length: 64 }, () => (i === 0 ? 'x' : `t${i - 1}`)), `t${i}`)).map((step) => ({ ...step, attributes: new Map([['axis', { kind: 'int', value: 1n } as const]]) }));
    expect(failureOf(graph(steps)).place).toBe('t2');
    expect(3 * 32 * 32 * 64 ** 3).toBeGreaterThan(mostElements);
    expect(failureOf(graph([node('Relu', ['x'], 'y')], {}, [1, 3, 30_000, 30_000])).place).toBe('x');
    expect(3 * 30_000 * 30_000).toBeGreaterThan(mostElements);
  });

  it('refuse more operators than any network has', () => {
    const nodes = Array.from({ length: mostNodes + 1 }, (_, i) => node('Relu', [i === 0 ? 'x' : `t${i - 1}`], `t${i}`));
    expect(failureOf(graph(nodes)).what).toContain(`${mostNodes + 1} operators`);
  });

  it('say yes or no to any graph, and never anything else', () => {
    fc.assert(fc.property(graphArbitrary, fc.array(fc.constantFrom('Reshape', 'Slice', 'Concat', 'Split', 'Gather', 'Transpose', 'MatMul', 'Gemm', 'Conv', 'Pad', 'ReduceMean', 'Expand', 'Range', 'Squeeze'), { minLength: 5, maxLength: 5 }), (random, operators) => {
      const known: Graph = { ...random, nodes: random.nodes.map((each, i) => ({ ...each, domain: '', opType: operators[i] ?? 'Relu', inputs: [i === 0 ? (random.inputs[0]?.name ?? 'x') : `n/${i - 1}`, ...random.initializers.keys()] })) };
      try {
        checkLimits(known);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
      }
    }), { numRuns: 300 });
  });
});
