import { afterEach, describe, expect, it } from 'vitest';
import { PortClient } from '../../src/renderer/src/client';
import type { ReplyMessage, RequestMessage } from '../../src/shared/engine-contract';
import { requestMessageSchema } from '../../src/shared/engine-contract';
import { EngineError, fail } from '../../src/shared/failure';
import * as v from 'valibot';
import { makeBoard, makePicture, makeRun, makeRuns, makeView, vit } from './fixture-data';

const open: { close(): void }[] = [];
afterEach(() => { for (const port of open.splice(0)) port.close(); });

/** The engine's end of a channel: answers each request with the messages of `answer`. */
function connect(client: PortClient, answer: (request: RequestMessage, reply: (message: ReplyMessage) => void) => void): { requests: RequestMessage[]; close(): void } {
  const { port1, port2 } = new MessageChannel();
  const requests: RequestMessage[] = [];
  port2.addEventListener('message', (event) => {
    const request = v.parse(requestMessageSchema, event.data);
    requests.push(request);
    answer(request, (message) => port2.postMessage(message));
  });
  port2.start();
  open.push(port1, port2);
  client.connect(port1);
  return { requests, close: () => port2.close() };
}

async function failureOf(promise: Promise<unknown>): Promise<EngineError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

describe('PortClient', () => {
  it('brings typed arrays across unchanged', async () => {
    const client = new PortClient();
    const view = makeView({ run: makeRun(vit, 'BitLog2_Half_17'), model: vit, image: 3, block: 1, head: 2 });
    connect(client, (request, reply) => reply({ kind: 'result', id: request.id, value: view }));
    const answer = await client.call('attention.view', { runId: 'r', image: 3, block: 1, head: 2 });
    expect(answer.codes).toEqual(view.codes);
    expect(answer.fp32).toEqual(view.fp32);
  });

  it('matches answers that come out of order to their calls', async () => {
    const client = new PortClient();
    const held: (() => void)[] = [];
    connect(client, (request, reply) => {
      if (request.kind !== 'call') return;
      held.unshift(() => reply({ kind: 'result', id: request.id, value: makePicture(Number(request.id), 8 + request.id) }));
      if (held.length === 2) for (const send of held) send();
    });
    const [first, second] = await Promise.all([client.call('image.picture', { runId: 'r', image: 0 }), client.call('image.picture', { runId: 'r', image: 1 })]);
    expect([first.width, second.width]).toEqual([8, 9]);
  });

  it('refuses an answer that is not as agreed, naming the place', async () => {
    const client = new PortClient();
    connect(client, (request, reply) => reply({ kind: 'result', id: request.id, value: { ...makeBoard(makeRuns()), models: [{ ...vit, parameters: 'many' }] } }));
    const { failure } = await failureOf(client.call('board.get', { datasetId: null }));
    expect(failure).toMatchObject({ kind: 'internal', place: 'models.0.parameters' });
  });

  it('carries failures of the engine with all their parts', async () => {
    const client = new PortClient();
    const { failure } = fail('model-unreadable', 'Not an ONNX file', { file: '/a.onnx', place: 'byte 0', expected: 'protobuf', next: 'export again' });
    connect(client, (request, reply) => reply({ kind: 'failure', id: request.id, failure }));
    expect((await failureOf(client.call('model.add', { file: '/a.onnx' }))).failure).toEqual(failure);
  });

  it('delivers events in order, and rejects the call when one is not as agreed', async () => {
    const client = new PortClient();
    connect(client, (request, reply) => {
      reply({ kind: 'event', id: request.id, event: { files: 1 } });
      reply({ kind: 'event', id: request.id, event: { files: 2 } });
      reply({ kind: 'event', id: request.id, event: { files: 'three' } });
    });
    const seen: number[] = [];
    const { failure } = await failureOf(client.call('dataset.add', { root: '/d' }, { onEvent: ({ files }) => seen.push(files) }));
    expect(seen).toEqual([1, 2]);
    expect(failure.kind).toBe('internal');
  });

  it('asks the engine to stop, and waits for what it kept', async () => {
    const client = new PortClient();
    const controller = new AbortController();
    const { requests } = connect(client, (request, reply) => {
      if (request.kind === 'abort') reply({ kind: 'result', id: request.id, value: { state: 'stopped', runs: [], paired: [], failures: [] } });
      else controller.abort();
    });
    const result = await client.call('evaluation.run', anySpec, { signal: controller.signal });
    expect(result.state).toBe('stopped');
    expect(requests.map(({ kind }) => kind)).toEqual(['call', 'abort']);
  });

  it('never sends a call that was aborted while it waited for the engine', async () => {
    const client = new PortClient();
    const controller = new AbortController();
    const call = failureOf(client.call('workspace.summary', null, { signal: controller.signal }));
    controller.abort();
    expect((await call).failure.kind).toBe('stopped');
    const { requests } = connect(client, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(requests).toEqual([]);
  });

  it('rejects what is under way when the engine goes away, and serves what waits when it is back', async () => {
    const client = new PortClient();
    const states: string[] = [];
    client.onConnection((state) => states.push(state));
    const first = connect(client, () => undefined);
    const lost = failureOf(client.call('workspace.summary', null));
    first.close();
    expect((await lost).failure.kind).toBe('engine-lost');
    const waiting = client.call('image.picture', { runId: 'r', image: 0 });
    connect(client, (request, reply) => reply({ kind: 'result', id: request.id, value: makePicture(0) }));
    expect((await waiting).height).toBe(56);
    expect(states).toEqual(['connected', 'lost', 'connected']);
  });
});

const anySpec = {
  models: ['/m.onnx'], dataset: '/d', schemes: [], withFp32: true, wBits: 4, aBits: 4, arithmetic: 'reference' as const, calibrationImages: 32, seeds: [0], batch: 1,
  limit: null, preprocess: 'auto' as const, calibrationList: null, imageList: null, workers: null, resume: true,
};
