// Measurement for decision 0001: ends a worker thread while ONNX Runtime computes in it.
//   node tools/measure/terminate-during-run.mjs [idle|busy]
// The model is one large MatMul, written here byte by byte, so that a run takes long enough to be hit.
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const size = 2048;
const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const number = (field, value) => [...varint(field << 3), ...varint(value)];
const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field, value) => bytes(field, [...Buffer.from(value)]);
const valueInfo = (name) => [...text(1, name), ...bytes(2, bytes(1, [...number(1, 1), ...bytes(2, [...bytes(1, number(1, size)), ...bytes(1, number(1, size))])]))];
const node = [...text(1, 'a'), ...text(1, 'b'), ...text(2, 'y'), ...text(4, 'MatMul')];
const graph = [...bytes(1, node), ...text(2, 'g'), ...bytes(11, valueInfo('a')), ...bytes(11, valueInfo('b')), ...bytes(12, valueInfo('y'))];
const model = Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 17))]);

if (isMainThread) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: process.argv[2] ?? 'busy' });
  worker.on('message', async (state) => {
    if (state !== 'go') return;
    await pause(100);
    // eslint-disable-next-line no-restricted-syntax -- this is the measurement
    const code = await worker.terminate();
    console.log(`terminated, worker exit code ${code}; this process is still alive`);
  });
} else {
  const ort = createRequire(import.meta.url)('onnxruntime-node');
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const input = new ort.Tensor('float32', new Float32Array(size * size).fill(1), [size, size]);
  await session.run({ a: input, b: input });
  parentPort.postMessage('go');
  if (workerData === 'idle') await pause(60_000);
  for (;;) await session.run({ a: input, b: input });
}
