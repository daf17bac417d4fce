import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { draftValue, isExcluded, keyOf, sameOverrides, settingOf, strayKeys, touchedSites, withChange, withoutChange } from '../../../src/renderer/src/layers/draft';
import { historyOf, redone, step, undone } from '../../../src/renderer/src/layers/histories';
import { overridesSchema, withOverrides } from '../../../src/shared/overrides';

const whole = (site: string) => ({ site, operand: null, head: null });
const qkv = 'blocks.3.attn.qkv';
const map = 'blocks.2.attn.matmul2';

describe('draft', () => {
  it('writes keys that the engine reads', () => {
    expect(keyOf(whole(qkv))).toBe(qkv);
    expect(keyOf({ site: qkv, operand: 'input', head: null })).toBe(`${qkv}:input`);
    expect(keyOf({ site: map, operand: 'A', head: 1 })).toBe(`${map}:A#1`);
    const draft = withChange(withChange({}, { site: map, operand: 'A', head: 1 }, 'Sqrt2_17'), whole(qkv), 'fp32');
    expect(v.parse(overridesSchema, draft)).toEqual({ [`${map}:A#1`]: 'Sqrt2_17', [qkv]: 'fp32' });
  });

  it('lets the last word win: a whole site replaces what was said of its parts, a map what was said of its heads', () => {
    let draft = withChange({}, { site: map, operand: 'A', head: 1 }, 'Sqrt2_17');
    draft = withChange(draft, { site: map, operand: 'B', head: null }, 8);
    expect(Object.keys(withChange(draft, { site: map, operand: 'A', head: null }, 'BitLog2_Half_17'))).toEqual([`${map}:B`, `${map}:A`]);
    expect(withChange(draft, whole(map), 'fp32')).toEqual({ [map]: 'fp32' });
    expect(Object.keys(withChange({ [qkv]: 8, [map]: 8 }, whole(qkv), 6))).toEqual([map, qkv]);
  });

  it('does not take a site for the beginning of another', () => {
    expect(withChange({ 'blocks.10.attn.qkv': 8 }, whole('blocks.1'), 'fp32')).toEqual({ 'blocks.10.attn.qkv': 8, 'blocks.1': 'fp32' });
  });

  it('takes back', () => {
    const draft = { [qkv]: 'fp32', [`${map}:A#1`]: 4 } as const;
    expect(withoutChange(draft, { site: map, operand: 'A', head: 1 })).toEqual({ [qkv]: 'fp32' });
    expect(draftValue(draft, whole(qkv))).toBe('fp32');
    expect(draftValue(draft, whole(map))).toBeNull();
    expect(isExcluded(draft, qkv)).toBe(true);
    expect(isExcluded({ [`${qkv}:input`]: 'fp32' }, qkv)).toBe(false);
  });

  it('says what an operand is run with', () => {
    const overrides = { '*.qkv:weight': 8, [map]: 'Sqrt2_17', [`${map}:A#1`]: 'fp32' } as const;
    expect(settingOf(overrides, { site: qkv, operand: 'weight', head: null })).toEqual({ kind: 'bits', bits: 8 });
    expect(settingOf(overrides, { site: qkv, operand: 'input', head: null })).toBeNull();
    expect(settingOf(overrides, { site: map, operand: 'A', head: 0 })).toEqual({ kind: 'scheme', scheme: 'Sqrt2_17' });
    expect(settingOf(overrides, { site: map, operand: 'A', head: 1 })).toEqual({ kind: 'fp32' });
    // A scheme says nothing of v.
    expect(settingOf(overrides, { site: map, operand: 'B', head: null })).toBeNull();
  });

  it('knows the sites it touches, and patterns that touch none', () => {
    const sites = [qkv, map, 'head'];
    expect([...touchedSites({ 'blocks.*:A': 8 }, sites)]).toEqual([qkv, map]);
    expect(strayKeys({ 'layers.*': 8, head: 'fp32' }, sites)).toEqual(['layers.*']);
  });

  it('is compared with its order, as the engine does', () => {
    expect(sameOverrides({ a: 8, b: 4 }, { b: 4, a: 8 })).toBe(false);
    expect(sameOverrides(undefined, {})).toBe(true);
    expect(sameOverrides(withOverrides({ a: 8, b: 4 }, { a: 6 }), { b: 4, a: 6 })).toBe(true);
  });
});

describe('history', () => {
  it('undoes and does again, and forgets what was undone at a new step', () => {
    const third = step(step(historyOf(1), 2), 3);
    expect(undone(undone(third)).now).toBe(1);
    expect(undone(undone(undone(third))).now).toBe(1);
    expect(redone(undone(third))).toEqual(third);
    expect(redone(step(undone(third), 4)).now).toBe(4);
  });
});
