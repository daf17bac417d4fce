import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { serve } from '../../src/engine/runtime/serve';
import { checkParams, isEngineMethod } from '../../src/shared/check';
import { engineContract, type EngineClient, type ReplyMessage } from '../../src/shared/engine-contract';
import { caseNumbers } from './cases';

const methods = Object.keys(engineContract).filter(isEngineMethod);
const words = fc.constantFrom('/etc/passwd', '../x', '\\\\server\\share', '', '\0', '__proto__', 'Sqrt2_17', 'none', 'fp32', 'auto', 'parquet', 'predictions');
const keys = fc.constantFrom('file', 'runId', 'image', 'block', 'head', 'models', 'dataset', 'labels', 'order', 'settings', 'overrides', 'scheme', 'wBits', 'offset', 'count', 'name', 'kind', '__proto__', 'toString');
const wild = fc.letrec((tie) => ({
  leaf: fc.oneof(words, fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.bigInt(), fc.uint8Array({ maxLength: 16 }), fc.date()),
  node: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.dictionary(keys, tie('node')), fc.array(tie('node'), { maxLength: 4 })),
}));

test('parameters of every call are admitted by their schema or refused with the place', () => {
  fc.assert(fc.property(fc.constantFrom(...methods), wild.node, (method, params) => {
    const checked = checkParams(method, params);
    if (checked.kind === 'invalid') expect(checked.problem).not.toBe('');
    else expect(v.is(engineContract[method].params as v.GenericSchema, checked.value)).toBe(true);
  }), { numRuns: caseNumbers(0.15).length });
});

test('whatever comes through the port, each call gets one answer, others none, and the port lives on', async () => {
  const replies: ReplyMessage[] = [];
  let hear: (message: unknown) => void = () => undefined;
  const engine: EngineClient = { call: () => Promise.reject(new Error('no call was meant to reach the engine')) };
  serve(engine, { postMessage: (message) => replies.push(message), onMessage: (listener) => { hear = listener; }, onClose: () => undefined });
  const message = fc.oneof(
    wild.node,
    fc.record({ kind: fc.constantFrom('call', 'abort', 'result', 'Call'), id: fc.oneof(fc.nat(), fc.constant(-1), fc.double(), fc.string()), method: fc.oneof(fc.constantFrom(...methods, 'toString', '__proto__', 'engine.stop'), fc.string()), params: wild.node }, { requiredKeys: [] }),
  );
  await fc.assert(fc.asyncProperty(message, async (sent) => {
    replies.length = 0;
    hear(sent);
    await Promise.resolve();
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(replies.length).toBeLessThanOrEqual(1);
    for (const reply of replies) expect(reply.kind).toBe('failure');
  }), { numRuns: caseNumbers(0.13).length });
});
