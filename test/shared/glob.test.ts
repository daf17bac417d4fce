import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../src/shared/glob';

/** The same by definition: every way to split the name at a star. */
function byDefinition(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const [first = ''] = pattern;
  const rest = pattern.slice(1);
  if (first === '*') return Array.from({ length: name.length + 1 }, (_, cut) => name.slice(cut)).some((tail) => byDefinition(rest, tail));
  return name !== '' && (first === '?' || first === name[0]) && byDefinition(rest, name.slice(1));
}

describe('matchesGlob', () => {
  it.each([
    ['*', 'blocks.3.attn.qkv', true],
    ['*', '', true],
    ['blocks.3.attn.qkv', 'blocks.3.attn.qkv', true],
    ['blocks.3.attn.qkv', 'blocks.3.attn.qk', false],
    ['blocks.*.mlp.*', 'blocks.11.mlp.fc1', true],
    ['blocks.*.mlp.*', 'layers.0.blocks.1.mlp.fc1', false],
    ['*blocks.*.mlp.*', 'layers.0.blocks.1.mlp.fc1', true],
    ['blocks.1*', 'blocks.1.attn.qkv', true],
    ['blocks.1*', 'blocks.10.attn.qkv', true],
    ['blocks.1.*', 'blocks.10.attn.qkv', false],
    ['blocks.?.attn.qkv', 'blocks.10.attn.qkv', false],
    ['blocks.?.attn.qkv', 'blocks.7.attn.qkv', true],
    // A dot is a dot, and nothing else is special.
    ['blocks.3', 'blocksx3', false],
    ['[ab]+', 'a', false],
    ['', 'head', false],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(matchesGlob(pattern, name)).toBe(expected);
  });

  it('is what its definition says', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '.', '*', '?'), { maxLength: 9 }).map((parts) => parts.join(''));
    const names = fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 9 }).map((parts) => parts.join(''));
    fc.assert(fc.property(letters, names, (pattern, name) => {
      expect(matchesGlob(pattern, name)).toBe(byDefinition(pattern, name));
    }), { numRuns: 3000 });
  });

  it('matches a name that fills the stars of a pattern', () => {
    const piece = fc.string({ maxLength: 6 }).map((text) => text.replace(/[*?]/g, ''));
    fc.assert(fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.array(piece, { minLength: 6, maxLength: 6 }), (fixed, free) => {
      const name = fixed.map((text, index) => (index === 0 ? text : `${free[index] ?? ''}${text}`)).join('');
      expect(matchesGlob(fixed.join('*'), name)).toBe(true);
    }));
  });
});
