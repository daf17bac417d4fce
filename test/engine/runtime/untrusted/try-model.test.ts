import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../../../src/engine/core/onnx/write-model';
import type { Graph, GraphNode } from '../../../../src/engine/core/graph/types';
import { nodeTrial, trialLimits, tryModel } from '../../../../src/engine/runtime/untrusted/try-model';
import { StopFlag } from '../../../../src/engine/runtime/workers/stop-flag';
import { builtEntry } from '../../../setup/built-entry';
import { rejection } from '../../../helpers/failure-of';
import { vitMini } from '../../../helpers/model-fixtures';

let folder = '';
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'bitlog2-trial-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const usual = trialLimits(1_000_000);
const start = (): ReturnType<typeof nodeTrial> => nodeTrial(builtEntry('model-trial'));

/** A child that is no trial, in its place. */
function impostor(name: string, code: string): ReturnType<typeof nodeTrial> {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, code);
  return nodeTrial(file);
}

const node = (opType: string, inputs: string[], outputs: string[]): GraphNode => ({ name: opType, opType, domain: '', inputs, outputs, attributes: new Map() });

describe('a model tried in a process of its own', () => {
  it('is let in when it loads and runs', async () => {
    await expect(tryModel(start(), { file: vitMini, ...usual }, undefined)).resolves.toBeUndefined();
  });

  it('is refused with the words of its import', async () => {
    const file = join(folder, 'garbage.onnx');
    writeFileSync(file, 'not a model');
    expect(await rejection(tryModel(start(), { file, ...usual }, undefined))).toMatchObject({ kind: 'model-unreadable', file });
  });

  it('is refused when it asks for memory at run time, by what no constant tells', async () => {
    // A number that the picture decides, and so many elements: nothing but running it shows how many.
    const graph: Graph = {
      name: 'bomb', inputs: [{ name: 'x', type: 'float32', dims: [1, 3, 32, 32] }], outputs: [{ name: 'y', type: 'float32', dims: [null] }],
      initializers: new Map([
        ['billions', { type: 'int64', dims: [2], data: BigInt64Array.of(3_000_000_000n, 3n) }],
        ['none', { type: 'float32', dims: [1], data: Float32Array.of(0) }], ['flat', { type: 'int64', dims: [1], data: BigInt64Array.of(-1n) }],
      ]),
      nodes: [
        node('Abs', ['x'], ['positive']), node('ReduceMax', ['positive'], ['most']), node('Mul', ['most', 'none'], ['zero']),
        { ...node('Cast', ['zero'], ['whole']), attributes: new Map([['to', { kind: 'int', value: 7n }]]) }, node('Reshape', ['whole', 'flat'], ['list']),
        node('Add', ['billions', 'list'], ['shape']), node('ConstantOfShape', ['shape'], ['y']),
      ],
      opsets: [{ domain: '', version: 17 }], irVersion: 8, metadata: new Map(), shapes: new Map(),
    };
    const file = join(folder, 'bomb.onnx');
    writeFileSync(file, writeModel(graph));
    const failure = await rejection(tryModel(start(), { file, ...usual }, undefined));
    expect(failure?.file).toBe(file);
    expect(['memory', 'model-unsupported', 'model-no-attention', 'model-values']).toContain(failure?.kind);
  });

  it('is ended by its own watch at the limit of memory, and of time', async () => {
    expect(await rejection(tryModel(start(), { file: vitMini, memoryBytes: 2 ** 20, seconds: 60 }, undefined))).toMatchObject({ kind: 'memory', file: vitMini });
    expect(await rejection(tryModel(start(), { file: vitMini, memoryBytes: 2 ** 40, seconds: 0 }, undefined))).toMatchObject({ kind: 'model-unsupported', what: expect.stringContaining('within 0 seconds') as string });
  });

  it('that crashes takes nothing else down, and the message says how it ended', async () => {
    expect(await rejection(tryModel(impostor('crash', 'process.abort();'), { file: 'm.onnx', ...usual }, undefined))).toMatchObject({ kind: 'model-unreadable', place: 'SIGABRT', what: expect.stringContaining('crashed') as string });
    expect(await rejection(tryModel(impostor('silent', ''), { file: 'm.onnx', ...usual }, undefined))).toMatchObject({ kind: 'model-unreadable', place: 'exit code 0' });
    expect(await rejection(tryModel(nodeTrial(join(folder, 'absent.cjs')), { file: 'm.onnx', ...usual }, undefined))).toMatchObject({ kind: 'model-unreadable', place: 'exit code 1' });
  });

  it('is not believed when it answers what no trial answers', async () => {
    for (const line of ['{"kind":"ok"}', '{"kind":"fine","bytes":1}', 'ok', '']) {
      expect(await rejection(tryModel(impostor('liar', `process.stdout.write(${JSON.stringify(`${line}\n`)})`), { file: 'm.onnx', ...usual }, undefined))).toMatchObject({ kind: 'model-unreadable' });
    }
  });

  it('ends when the person stops', async () => {
    const stop = new StopFlag();
    let ended = false;
    const forever = impostor('forever', 'setInterval(() => undefined, 1000);');
    const running = tryModel((argument, signal) => forever(argument, signal).then((over) => { ended = true; return over; }), { file: 'm.onnx', ...usual }, stop);
    setTimeout(() => stop.raise(), 50);
    expect(await rejection(running)).toMatchObject({ kind: 'stopped' });
    await expect.poll(() => ended).toBe(true);
  });
});
