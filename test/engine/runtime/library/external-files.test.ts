import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { externalFiles } from '../../../../src/engine/runtime/library/external-files';
import { dice, mutate } from '../../../fuzz/mutate';
import { swinMini, vitMini } from '../../../helpers/model-fixtures';

/** A length-delimited field; `parts` are put one behind the other. */
function field(id: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part));
  const length = bytes.reduce((sum, part) => sum + part.length, 0);
  const head = [...varint(id * 8 + 2), ...varint(length)];
  return Uint8Array.from([...head, ...bytes.flatMap((part) => [...part])]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}

const entry = (key: string, value: string): Uint8Array => field(13, field(1, key), field(2, value));
const tensor = (id: number, location: string): Uint8Array => field(id, field(8, 'weight'), entry('offset', '0'), entry('location', location), entry('length', '16'));

describe('files that hold the weights of an ONNX model', () => {
  let folder = '';
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bitlog2-external-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (bytes: Uint8Array): string => {
    const file = join(folder, 'm.onnx');
    writeFileSync(file, bytes);
    return file;
  };

  it('are found in initializers and in attributes of nodes, each once, behind a graph of any size', () => {
    const filler = field(5, field(8, 'inline'), field(9, new Uint8Array(200_000)));
    const graph = field(7, field(2, 'graph'), field(1, field(4, 'Constant'), field(5, tensor(5, 'constants.bin'))), filler, tensor(5, 'm.onnx.data'), filler, tensor(5, 'm.onnx.data'), tensor(5, `long/${'x'.repeat(150)}`));
    expect(externalFiles(write(graph))).toEqual([join(folder, 'constants.bin'), join(folder, 'long', 'x'.repeat(150)), join(folder, 'm.onnx.data')]);
  });

  it('are never looked for outside the folder', () => {
    expect(externalFiles(write(field(7, tensor(5, '../secret'), tensor(5, '/etc/passwd'), tensor(5, ''), tensor(5, 'a/../../b'))))).toEqual([]);
  });

  it('are none for a model that has its weights inside, for other files and for none', () => {
    for (const model of [vitMini, swinMini]) expect(externalFiles(model)).toEqual([]);
    expect(externalFiles(write(new TextEncoder().encode('no model at all, but some text')))).toEqual([]);
    expect(externalFiles(join(folder, 'absent.onnx'))).toEqual([]);
  });

  it('or nothing, whatever the bytes', () => {
    const seed = field(7, field(1, field(5, tensor(5, 'a.bin'))), tensor(5, 'm.onnx.data'));
    for (let number = 0; number < 500; number++) {
      for (const file of externalFiles(write(mutate(seed, readFileSync(vitMini).subarray(0, 2000), dice(number))))) expect(file.startsWith(folder)).toBe(true);
    }
  });
});
