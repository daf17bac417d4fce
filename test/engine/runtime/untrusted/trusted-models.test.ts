import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrustedModels } from '../../../../src/engine/runtime/untrusted/trusted-models';

describe('models that were tried', () => {
  let folder = '';
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bitlog2-trusted-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (): string => join(folder, 'user', 'tried-models.json');

  it('are known to the next start of the same program, and of no other', () => {
    new TrustedModels(file(), '1').add('a');
    expect(new TrustedModels(file(), '1').has('a')).toBe(true);
    expect(new TrustedModels(file(), '1').has('b')).toBe(false);
    expect(new TrustedModels(file(), '2').has('a')).toBe(false);
  });

  it('of two programs at once are both kept', () => {
    const [one, other] = [new TrustedModels(file(), '1'), new TrustedModels(file(), '1')];
    one.add('a');
    other.add('b');
    const next = new TrustedModels(file(), '1');
    expect([next.has('a'), next.has('b')]).toEqual([true, true]);
    expect(readdirSync(join(folder, 'user'))).toEqual(['tried-models.json']);
  });

  it.each(['', 'garbage', '[]', '{"program":"1","hashes":"a"}'])('of a list that says %j are none', (text) => {
    writeFileSync(join(folder, 'list.json'), text);
    expect(new TrustedModels(join(folder, 'list.json'), '1').has('a')).toBe(false);
  });

  it('are remembered for this start where the list cannot be written', () => {
    const tried = new TrustedModels(join('/dev/null', 'list.json'), '1');
    tried.add('a');
    expect(tried.has('a')).toBe(true);
  });
});
