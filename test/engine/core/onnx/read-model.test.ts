import { describe, expect, it } from 'vitest';
import { Writer } from 'protobufjs/minimal.js';
import { readModel } from '../../../../src/engine/core/onnx/read-model';
import { isInsideFolder } from '../../../../src/engine/core/onnx/read-tensor';
import { join, MessageWriter } from '../../../../src/engine/core/onnx/wire';
import { failureOf } from '../../../helpers/failure-of';

/** A model with one initializer, its TensorProto written by hand. */
function modelWith(tensor: MessageWriter): Uint8Array {
  const graph = new MessageWriter().message(5, tensor.finish()).finish();
  return join(new MessageWriter().int(1, 8).message(8, new MessageWriter().text(1, '').int(2, 17).finish()).message(7, graph).finish());
}

const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('files that are no ONNX model', () => {
  it.each([
    ['an empty file', new Uint8Array()],
    ['a text file', latin('hello, this is no model\n')],
    ['a web page', latin('<!DOCTYPE html><html>404</html>')],
    ['a Git LFS pointer, not the file itself', latin('version https://git-lfs.github.com/spec/v1\noid sha256:1\n')],
    ['a zip archive, perhaps a PyTorch checkpoint', latin('PK\x03\x04rest')],
    ['a Python pickle, perhaps a PyTorch checkpoint', latin('\x80\x02}q\x00.')],
    ['a safetensors file', latin('\x40\x00\x00\x00\x00\x00\x00\x00{"a":{}}')],
    ['a PNG picture', latin('\x89PNG\r\n\x1a\n')],
  ])('are called %s', (phrase, bytes) => {
    expect(failureOf(() => readModel(bytes, { file: 'x.onnx' }))).toMatchObject({ kind: 'model-unreadable', file: 'x.onnx', what: expect.stringContaining(phrase) as string, next: expect.any(String) as string });
  });
});

describe('tensors', () => {
  it('keep 64 bit integers exactly, also the open end of old slices', () => {
    const values = [2n ** 63n - 1n, -(2n ** 63n), -1n, 0n, 9_007_199_254_740_993n];
    const tensor = new MessageWriter().int(1, values.length).int(2, 7).text(8, 'ends');
    for (const value of values) tensor.int(7, value);
    expect(readModel(modelWith(tensor)).initializers.get('ends')?.data).toEqual(BigInt64Array.from(values));
  });

  it('come from packed float_data', () => {
    const packed = new Writer().float(1.5).float(-2).finish();
    expect(readModel(modelWith(new MessageWriter().int(1, 2).int(2, 1).text(8, 'w').bytes(4, packed))).initializers.get('w')?.data).toEqual(Float32Array.of(1.5, -2));
  });

  it('come from int32_data for half floats and booleans', () => {
    const half = new MessageWriter().int(1, 2).int(2, 10).text(8, 'h').int(5, 0x3c00).int(5, 0xc000);
    expect(readModel(modelWith(half)).initializers.get('h')).toEqual({ type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc000) });
    const flag = new MessageWriter().int(2, 9).text(8, 'b').int(5, 1);
    expect(readModel(modelWith(flag)).initializers.get('b')).toEqual({ type: 'bool', dims: [], data: Uint8Array.of(1) });
  });

  it('with fewer elements than their dimensions ask for are refused by name', () => {
    const short = new MessageWriter().int(1, 3).int(2, 1).text(8, 'short').bytes(9, new Uint8Array(8));
    expect(failureOf(() => readModel(modelWith(short)))).toMatchObject({ kind: 'model-unreadable', place: expect.stringContaining('short') as string });
  });

  it('of an unsupported type are refused with the way out', () => {
    const strings = new MessageWriter().int(1, 1).int(2, 8).text(8, 'labels');
    expect(failureOf(() => readModel(modelWith(strings)))).toMatchObject({ kind: 'model-unsupported', what: expect.stringContaining('string') as string, place: 'initializer labels' });
  });
});

describe('external data', () => {
  const external = (location: string, offset: number, length: number): Uint8Array => {
    const entry = (key: string, value: string): ReturnType<MessageWriter['finish']> => new MessageWriter().text(1, key).text(2, value).finish();
    return modelWith(new MessageWriter().int(1, 2).int(2, 1).text(8, 'w')
      .message(13, entry('location', location)).message(13, entry('offset', String(offset))).message(13, entry('length', String(length))).int(14, 1));
  };
  const file = new Uint8Array(Float32Array.of(0, 1, 2, 3).buffer);

  it('is read at its offset', () => {
    expect(readModel(external('w.data', 8, 8), { externalData: () => file }).initializers.get('w')?.data).toEqual(Float32Array.of(2, 3));
  });

  it('beyond the end of the file is refused', () => {
    expect(failureOf(() => readModel(external('w.data', 12, 8), { externalData: () => file }))).toMatchObject({ kind: 'model-unreadable', expected: '8 bytes at offset 12; the file has 16 bytes' });
  });

  it('without its file is refused', () => {
    expect(failureOf(() => readModel(external('w.data', 0, 8)))).toMatchObject({ kind: 'model-unreadable', what: expect.stringContaining('w.data') as string });
  });

  it.each(['../w.data', '/etc/passwd', 'a/../../b', 'C:\\w', '\\\\host\\w', 'a\\..\\b', ''])('outside the folder is never opened: %s', (location) => {
    expect(isInsideFolder(location)).toBe(false);
    const opened: string[] = [];
    expect(failureOf(() => readModel(external(location, 0, 8), { externalData: (at) => { opened.push(at); return file; } }))?.kind).toBe('model-unreadable');
    expect(opened).toEqual([]);
  });

  it('inside the folder is allowed, also in a folder below', () => {
    expect(isInsideFolder('weights/model..data')).toBe(true);
  });
});
