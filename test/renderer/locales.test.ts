import { describe, expect, it } from 'vitest';
import { i18n } from '../../src/renderer/src/i18n';
import { en } from '../../src/renderer/src/locales/en';
import { ko } from '../../src/renderer/src/locales/ko';

function leaves(tree: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const name = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') found.set(name, value);
    else for (const [inner, text] of leaves(Object(value), name)) found.set(inner, text);
  }
  return found;
}

const english = leaves(en);
const korean = leaves(ko);
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe('locales', () => {
  it('have equal keys', () => expect([...korean.keys()]).toEqual([...english.keys()]));

  it('use the same values in each sentence', () => {
    for (const [key, text] of english) expect(placeholders(korean.get(key) ?? ''), key).toEqual(placeholders(text));
  });

  it('have no empty text, and no English sentence left in Korean', () => {
    for (const [key, text] of korean) {
      expect(text.trim(), key).not.toBe('');
      // Names, symbols and formulas are the same in every language; sentences are not.
      if (/[a-z]{3,} [a-z]{2,} [a-z]{2,}/i.test(text)) expect.fail(`${key} reads as English: ${text}`);
    }
  });

  it('can be read by the message compiler', () => {
    // A stray | { @ in a formula throws only when the sentence is first shown.
    for (const [language, texts] of [['en', english], ['ko', korean]] as const) {
      for (const key of texts.keys()) expect(i18n.global.t(key, 1, { locale: language }), key).not.toBe('');
    }
  });

  it('chooses plurals by count', () => {
    const { t } = i18n.global;
    expect([0, 1, 14].map((cells) => t('run.start', { cells }, cells))).toEqual(['Run', 'Run 1 cell', 'Run 14 cells']);
  });
});
