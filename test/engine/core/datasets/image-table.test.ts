import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCodePoints, sortByCodePoints } from '../../../../src/engine/core/datasets/code-point-order';
import { hasImageExtension } from '../../../../src/engine/core/datasets/image-extensions';
import { parseImageList } from '../../../../src/engine/core/datasets/image-list';
import { ImageTable, type FolderImages } from '../../../../src/engine/core/datasets/image-table';
import { EngineError } from '../../../../src/shared/failure';

const name = fc.string({ unit: fc.constantFrom('a', 'B', '0', '_', '-', ' ', '.', 'é', '\uff21', '😀'), minLength: 1, maxLength: 6 });
const folders: fc.Arbitrary<FolderImages[]> = fc.uniqueArray(
  fc.record({ path: fc.array(name, { minLength: 0, maxLength: 3 }).map((parts) => parts.join('/')), label: fc.nat(999), names: fc.uniqueArray(name, { maxLength: 9 }) }),
  { selector: ({ path }) => path, maxLength: 6 },
).map((list) => list.map((folder) => ({ ...folder, names: [...folder.names].sort(compareCodePoints) })));

/** The slow twin: an array of objects. */
function slowRefs(list: readonly FolderImages[]) {
  return list.flatMap(({ path, label, names }) => names.map((file) => ({ file: path === '' ? file : `${path}/${file}`, label })));
}

describe('ImageTable', () => {
  it('holds what an array of objects holds, and finds each path again', () => {
    fc.assert(fc.property(folders, (list) => {
      const table = new ImageTable(list);
      const expected = slowRefs(list);
      expect([...table.refs()]).toEqual(expected);
      expect(table.count).toBe(expected.length);
      expect([...table.labels]).toEqual(expected.map(({ label }) => label));
      expected.forEach(({ file }, index) => expect(table.indexOf(file)).toBe(index));
      expect(table.indexOf('not/there')).toBe(-1);
      expect(() => table.file(table.count)).toThrow(RangeError);
      expect(() => table.file(-1)).toThrow(RangeError);
    }));
  });

  it('has different fingerprints for lists that only look alike when joined', () => {
    const print = (names: string[], label = 1, path = 'p') => [...new ImageTable([{ path, label, names }]).fingerprint()].join('');
    const variants = [print(['ab', 'c']), print(['a', 'bc']), print(['abc']), print(['ab', 'c'], 2), print(['ab', 'c'], 1, 'q')];
    expect(new Set(variants).size).toBe(variants.length);
    expect(print(['ab', 'c'])).toBe(variants[0]);
  });
});

describe('compareCodePoints', () => {
  it('sorts as Python does, where UTF-16 units would not', () => {
    expect(['😀', '\uff21', 'b', 'B', 'a', '', 'ab', 'é', '_', '10', '9'].sort(compareCodePoints)).toEqual(['', '10', '9', 'B', '_', 'a', 'ab', 'b', 'é', '\uff21', '😀']);
  });

  it('sorts lists with and without surrogates alike', () => {
    const names = fc.array(fc.string({ unit: fc.constantFrom('a', 'B', '\uff21', '\ue000', '😀', '\ud7ff'), maxLength: 3 }), { maxLength: 12 });
    fc.assert(fc.property(names, (list) => {
      expect(sortByCodePoints([...list])).toEqual([...list].sort(compareCodePoints));
    }));
  });

  it('agrees with comparing arrays of code points', () => {
    const text = fc.string({ unit: 'binary', maxLength: 5 });
    const points = (value: string) => [...value].map((letter) => letter.codePointAt(0) ?? 0);
    fc.assert(fc.property(text, text, (a, b) => {
      const [left, right] = [points(a), points(b)];
      const at = left.findIndex((point, index) => point !== right[index]);
      const expected = at < 0 ? left.length - right.length : at >= right.length ? 1 : (left[at] ?? 0) - (right[at] ?? 0);
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(expected));
    }));
  });
});

describe('hasImageExtension', () => {
  it.each(['a.JPEG', 'a.jpg', 'A.PNG', 'x.y.webp', '.tiff', 'a.pgm'])('takes %s', (file) => expect(hasImageExtension(file)).toBe(true));
  it.each(['a.txt', 'jpeg', 'a.jpeg.bak', 'a.gif', ''])('leaves %s', (file) => expect(hasImageExtension(file)).toBe(false));
});

describe('parseImageList', () => {
  const table = new ImageTable([
    { path: 'val/a', label: 0, names: ['1.png', '2.png'] },
    { path: 'val/b', label: 1, names: [' 3.png', '4.png'] },
  ]);
  const parse = (text: string) => parseImageList(text, table, { file: 'list.txt', root: '/data' });
  const failure = (text: string) => {
    try {
      parse(text);
    } catch (error) {
      if (error instanceof EngineError) return error.failure;
      throw error;
    }
    return null;
  };

  it('keeps the order of the list', () => {
    expect([...parse('val/b/4.png\nval/a/1.png\n')]).toEqual([3, 0]);
    expect([...parse('\uFEFF./val/a/2.png\r\n\r\nval\\a\\1.png\r\n')]).toEqual([1, 0]);
  });

  it('names the line that is not in the data set', () => {
    expect(failure('val/a/1.png\n\nval/a/9.png')).toMatchObject({ kind: 'list-unreadable', file: 'list.txt', place: 'line 3', what: expect.stringContaining('val/a/9.png') });
    expect(failure('/data/val/a/1.png')).toMatchObject({ place: 'line 1', expected: expect.stringContaining('val/a/1.png') });
  });

  it('refuses repeats and empty lists', () => {
    expect(failure('val/a/1.png\nval/a/2.png\n./val/a/1.png')).toMatchObject({ place: 'lines 1 and 3' });
    expect(failure(' \n\n')).toMatchObject({ kind: 'list-unreadable' });
  });
});
