import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Cases computed by the reference implementation; tensors decoded from base64. */
export interface AttentionCase {
  readonly kind: 'attention';
  readonly scheme: string;
  readonly bits: number;
  readonly sigma: number;
  readonly shape: readonly number[];
  readonly input: Float32Array;
  readonly delta: number;
  readonly output: Float32Array;
  readonly edgeInput: Float32Array;
  readonly edgeOutput: Float32Array;
  readonly distinctLevels: number;
}

export interface UniformCase {
  readonly kind: 'uniform';
  readonly name: string;
  readonly bits: number;
  readonly channelWise: boolean;
  readonly shape: readonly number[];
  readonly input: Float32Array;
  readonly delta: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly output: Float32Array;
}

type Raw = Readonly<Record<string, unknown>>;

const text = (raw: Raw, key: string): string => {
  const value = raw[key];
  if (typeof value !== 'string') throw new Error(`${key} is no text`);
  return value;
};
const number = (raw: Raw, key: string): number => {
  const value = raw[key];
  if (typeof value !== 'number') throw new Error(`${key} is no number`);
  return value;
};
const numbers = (raw: Raw, key: string): number[] => {
  const value = raw[key];
  if (!Array.isArray(value)) throw new Error(`${key} is no list`);
  return value.map(Number);
};
const tensor = (raw: Raw, key: string): Float32Array => {
  const bytes = Buffer.from(text(raw, key), 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

function readCases(): Raw[] {
  const file = join(__dirname, '..', 'fixtures', 'quantizers.json');
  const parsed: { cases: Raw[] } = JSON.parse(readFileSync(file, 'utf8'));
  return parsed.cases;
}

export function attentionCases(): AttentionCase[] {
  return readCases()
    .filter((raw) => raw.kind === 'attention')
    .map((raw) => ({
      kind: 'attention',
      scheme: text(raw, 'scheme'),
      bits: number(raw, 'bits'),
      sigma: number(raw, 'sigma'),
      shape: numbers(raw, 'shape'),
      input: tensor(raw, 'input'),
      delta: number(raw, 'delta'),
      output: tensor(raw, 'output'),
      edgeInput: tensor(raw, 'edge_input'),
      edgeOutput: tensor(raw, 'edge_output'),
      distinctLevels: number(raw, 'distinct_levels'),
    }));
}

export function uniformCases(): UniformCase[] {
  return readCases()
    .filter((raw) => raw.kind === 'uniform')
    .map((raw) => ({
      kind: 'uniform',
      name: text(raw, 'name'),
      bits: number(raw, 'bits'),
      channelWise: raw.channel_wise === true,
      shape: numbers(raw, 'shape'),
      input: tensor(raw, 'input'),
      delta: numbers(raw, 'delta'),
      zeroPoint: numbers(raw, 'zero_point'),
      output: tensor(raw, 'output'),
    }));
}
