import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/shared/check-value';
import { operandNames, overrideChoice, overridePatterns, overridesSchema, parseOverrideKey, someOverrides, withOverrides, type Overrides } from '../../src/shared/overrides';

const problemOf = (overrides: unknown): string | null => {
  const checked = check(overridesSchema, overrides);
  return checked.kind === 'valid' ? null : checked.problem;
};

describe('keys of overrides', () => {
  it.each([
    ['*', { glob: '*', operand: null, head: null }],
    ['blocks.3.attn.qkv', { glob: 'blocks.3.attn.qkv', operand: null, head: null }],
    ['blocks.*.mlp.*:weight', { glob: 'blocks.*.mlp.*', operand: 'weight', head: null }],
    ['head:input', { glob: 'head', operand: 'input', head: null }],
    ['*.attn.matmul2:A#11', { glob: '*.attn.matmul2', operand: 'A', head: 11 }],
    ['*.attn.matmul2#0', { glob: '*.attn.matmul2', operand: null, head: 0 }],
    ['*:B', { glob: '*', operand: 'B', head: null }],
  ])('%s', (text, key) => {
    expect(parseOverrideKey(text)).toEqual({ kind: 'key', key });
  });

  it.each([
    ['', 'a pattern is'], [':weight', 'a pattern is'], ['#3', 'a pattern is'], ['a b', 'a pattern is'], ['head:weight:input', 'a pattern is'],
    ['head:weights', '"weights" is no operand: input, weight, A, B'], ['head:', '"" is no operand'], ['x:a', '"a" is no operand'],
    ['x:A#', 'is no head'], ['x:A#-1', '"-1" is no head'], ['x:A#1.5', 'is no head'], ['x#12345', 'is no head'],
    ['x:B#1', 'only the attention map has heads'], ['x:weight#0', 'only the attention map has heads'],
  ])('%s is none', (text, problem) => {
    const parsed = parseOverrideKey(text);
    expect(parsed.kind === 'problem' && parsed.problem).toContain(problem);
    expect(problemOf({ [text]: 4 })).toContain(problem);
  });

  it('are read as they were put together', () => {
    const glob = fc.stringMatching(/^[a-z.*?0-9]{1,20}$/);
    const operand = fc.constantFrom(null, ...operandNames);
    fc.assert(fc.property(glob, operand, fc.option(fc.nat(9999), { nil: null }), (name, field, head) => {
      const text = `${name}${field === null ? '' : `:${field}`}${head === null ? '' : `#${head}`}`;
      const parsed = parseOverrideKey(text);
      const allowed = head === null || field === null || field === 'A';
      expect(parsed).toEqual(allowed ? { kind: 'key', key: { glob: name, operand: field, head } } : parsed);
      expect(parsed.kind).toBe(allowed ? 'key' : 'problem');
    }));
  });
});

describe('values of overrides', () => {
  it.each([2, 3, 8, 32, 'fp32', 'none', 'Sqrt2_16', 'BitLog2_Half_17'])('%s is one', (value) => { expect(problemOf({ '*': value })).toBeNull(); });
  it.each([1, 9, 16, 4.5, -4, NaN, '4', 'FP32', 'Sqrt2', '', null, true, [4]])('%s is none', (value) => { expect(problemOf({ '*': value })).not.toBeNull(); });

  it('say FP32 in three spellings', () => {
    for (const value of ['fp32', 'none', 32] as const) expect(overrideChoice(value)).toEqual({ kind: 'fp32' });
    expect(overrideChoice(5)).toEqual({ kind: 'bits', bits: 5 });
    expect(overrideChoice('Sqrt2_17')).toEqual({ kind: 'scheme', scheme: 'Sqrt2_17' });
  });

  it('a scheme is for the attention map alone', () => {
    for (const operand of ['input', 'weight', 'B']) expect(problemOf({ [`*:${operand}`]: 'Sqrt2_17' })).toContain('a scheme is for the attention map only');
    for (const key of ['*', '*:A', '*#2', '*:A#2']) expect(problemOf({ [key]: 'Sqrt2_17' })).toBeNull();
    // "none" is FP32, which every operand can be.
    expect(problemOf({ '*:weight': 'none' })).toBeNull();
  });
});

describe('sets of overrides', () => {
  it('keep their order', () => {
    const overrides = { 'z*': 4, 'a*': 8, '*': 'fp32' } as const;
    const checked = check(overridesSchema, JSON.parse(JSON.stringify(overrides)));
    expect(checked.kind === 'valid' && Object.keys(checked.value)).toEqual(['z*', 'a*', '*']);
    expect(overridePatterns(overrides).map(({ pattern }) => pattern)).toEqual(['z*', 'a*', '*']);
  });

  it('put what is added behind what was there', () => {
    const base: Overrides = { '*': 8, 'head': 'fp32', 'a': 4 };
    expect(Object.entries(withOverrides(base, { '*': 'fp32', 'b': 2 }))).toEqual([['head', 'fp32'], ['a', 4], ['*', 'fp32'], ['b', 2]]);
    expect(Object.entries(withOverrides(undefined, { 'b': 2 }))).toEqual([['b', 2]]);
    expect(base).toEqual({ '*': 8, 'head': 'fp32', 'a': 4 });
  });

  it('are none when they are empty', () => {
    expect(someOverrides({})).toBeUndefined();
    expect(someOverrides(undefined)).toBeUndefined();
    expect(someOverrides({ '*': 4 })).toEqual({ '*': 4 });
    expect(overridePatterns(undefined)).toEqual([]);
  });
});
