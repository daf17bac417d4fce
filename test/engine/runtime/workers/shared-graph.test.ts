import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/core/onnx/read-model';
import { writeModel } from '../../../../src/engine/core/onnx/write-model';
import { shareGraph } from '../../../../src/engine/runtime/workers/shared-graph';
import type { Graph } from '../../../../src/engine/core/graph/types';
import { smallSwin } from '../../../helpers/small-project';

describe('shareGraph', () => {
  // As read from a file: views of one buffer, at any offset.
  const graph = readModel(writeModel(smallSwin()));

  it('keeps every value, type and shape', () => {
    expect(shareGraph(graph)).toEqual(graph);
  });

  it('lets another thread have the same memory, not a copy', () => {
    const shared = shareGraph(graph);
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(shared);
    const received = receiveMessageOnPort(port2)?.message as Graph;
    port1.close();
    expect(received).toEqual(graph);
    for (const [name, { data }] of received.initializers) {
      expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
      const mine = shared.initializers.get(name)?.data;
      if (data instanceof Float32Array && mine instanceof Float32Array) {
        data[0] = 12345;
        expect(mine[0]).toBe(12345);
      }
    }
  });

  it('stores once what several names share', () => {
    const [first] = [...graph.initializers.values()];
    if (first === undefined) throw new Error('no initialiser');
    const twice = shareGraph({ ...graph, initializers: new Map([['a', first], ['b', first]]) });
    expect(twice.initializers.get('a')?.data).toBe(twice.initializers.get('b')?.data);
  });
});
