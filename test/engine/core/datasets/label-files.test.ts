/** Label files: what they are, what is wrong with them, and that nothing but a failure with its place comes of any text. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelFileKind, labelFlat, type LabelSource } from '../../../../src/engine/core/datasets/label-files';
import { labelOfName, validationNumber } from '../../../../src/engine/core/datasets/label-order';
import { imagenetTables } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { labelOrders } from '../../../../src/shared/settings';

const { classes, validationLabels, devkitOrder } = imagenetTables;
const name = (number: number): string => `ILSVRC2012_val_${String(number).padStart(8, '0')}.JPEG`;
const names = [1, 2, 3, 4].map(name);
const source = (kind: 'ground-truth' | 'val-txt' | 'kaggle-csv', text: string, order: (typeof labelOrders)[number] = 'auto'): LabelSource => ({ kind, file: '/data/labels.txt', text, order });

function refused(kind: 'ground-truth' | 'val-txt' | 'kaggle-csv', text: string): Failure {
  try {
    labelFlat(names, source(kind, text), imagenetTables, '/data');
  } catch (error) {
    if (error instanceof EngineError) return error.failure;
    throw error;
  }
  throw new Error('taken');
}

describe('names of pictures', () => {
  it('give away ImageNet\'s number or a WordNet id', () => {
    expect([validationNumber('ILSVRC2012_val_00050000.JPEG'), validationNumber('ILSVRC2012_val_00050001.JPEG'), validationNumber('ILSVRC2012_val_00000293_n01440764.JPEG'), validationNumber('x.JPEG')]).toEqual([50000, null, 293, null]);
    expect([labelOfName('n01443537_10007.JPEG', imagenetTables), labelOfName('a_n01440764.jpg', imagenetTables), labelOfName('n99999999_1.JPEG', imagenetTables), labelOfName('dog.png', imagenetTables)]).toEqual([1, 0, null, null]);
    expect(labelOfName(name(7), imagenetTables)).toBe(validationLabels[6]);
  });
});

describe('label files', () => {
  it('are told apart by what stands in them', () => {
    expect([labelFileKind('\uFEFF\r\n490\n361\n'), labelFileKind('ImageId,PredictionString\n'), labelFileKind('ILSVRC2012_val_00000001,n01751748 1 2 3 4\n'), labelFileKind('a.JPEG 65\n'), labelFileKind('a.JPEG,n01440764\n'), labelFileKind('')])
      .toEqual(['ground-truth', 'kaggle-csv', 'kaggle-csv', 'val-txt', 'val-txt', 'val-txt']);
  });

  it.each<[string, 'ground-truth' | 'val-txt' | 'kaggle-csv', string, Partial<Failure>]>([
    ['too short', 'ground-truth', '1\n2\n3\n', { what: 'The ground truth has 3 lines for 4 pictures' }],
    ['too long, where names have no numbers to go by', 'ground-truth', '', { what: 'The ground truth has 0 lines for 4 pictures' }],
    ['a line that is no number', 'ground-truth', '1\n\n2\nthree\n4', { what: 'A line of the label file cannot be read: three', place: 'line 4' }],
    ['a class beyond the thousand', 'ground-truth', '1\n2\n1001\n4', { what: 'A label of the file is out of range: 1001', place: name(3) }],
    ['0 and 1000 in one file', 'val-txt', names.map((file, i) => `${file} ${i === 0 ? 0 : 1000}`).join('\n'), { what: 'The labels of the file run from 0 to 1000: no order of 1,000 classes has both', place: name(2) }],
    ['a WordNet id that is not one of ImageNet\'s', 'val-txt', `${name(1)} n00000001`, { place: 'line 1', expected: 'a whole number, or a WordNet id of ImageNet-1k' }],
    ['a negative label', 'val-txt', `${name(1)} -1`, { place: 'line 1' }],
    ['a name without a label', 'val-txt', `${name(1)} 3\n${name(2)}\n`, { place: 'line 2' }],
    ['a picture with two labels', 'val-txt', `${name(1)} 3\n${name(2)} 4\nval/${name(1)} 5`, { what: `A picture is listed twice, with two labels: ${name(1)}`, place: 'lines 1 and 3' }],
    ['pictures that are not listed', 'val-txt', `${name(1)} 3`, { what: '3 of 4 pictures are not in the label file', place: `${name(2)}, ${name(3)}, ${name(4)}` }],
    ['a prediction that is no WordNet id', 'kaggle-csv', 'ImageId,PredictionString\nILSVRC2012_val_00000001,dog 1 2 3 4', { place: 'line 2' }],
    ['a picture with two solutions', 'kaggle-csv', 'ILSVRC2012_val_00000001,n01440764 1\nILSVRC2012_val_00000001,n01443537 1', { place: 'lines 1 and 2' }],
  ])('are refused with file, place, expectation and next step: %s', (_what, kind, text, failure) => {
    expect(refused(kind, text)).toMatchObject({ kind: 'dataset-layout', file: '/data/labels.txt', expected: expect.any(String) as string, next: expect.any(String) as string, ...failure });
  });

  it('take a line that is repeated, and lines of pictures that are not there', () => {
    const text = [1, 1, 2, 3, 4, 5, 6].map((number) => `${name(number)} ${validationLabels[number - 1] ?? 0}`).join('\r\n');
    const { labels, absent } = labelFlat(names, source('val-txt', text), imagenetTables, '/data');
    expect([[...labels], absent]).toEqual([validationLabels.slice(0, 4), 2]);
  });

  it('know whether anything confirms the order that was chosen', () => {
    const right = names.map((file) => labelOfName(file, imagenetTables) ?? -1);
    const listed = (write: (label: number) => string | number, files = names): string => files.map((file, i) => `${file} ${write(right[i] ?? 0)}`).join('\n');
    const nameless = names.map((_, i) => `${i}.JPEG`);
    const unconfirmed = (files: readonly string[], kind: 'val-txt' | 'kaggle-csv', text: string): boolean => labelFlat(files, source(kind, text), imagenetTables, '/data').unconfirmed;
    expect(labelFlat(names, { kind: 'numbers-in-names' }, imagenetTables, '/data').unconfirmed).toBe(false);
    expect(unconfirmed(names, 'val-txt', listed((label) => label))).toBe(false);
    expect(unconfirmed(names, 'val-txt', listed((label) => (label + 2) % 1000))).toBe(true);
    expect(unconfirmed(nameless, 'val-txt', listed((label) => label, nameless))).toBe(true);
    // WordNet ids need no confirmation.
    expect(unconfirmed(nameless, 'val-txt', listed((label) => classes.list[label]?.id ?? '', nameless))).toBe(false);
    expect(unconfirmed(nameless, 'kaggle-csv', nameless.map((file, i) => `${file.replace('.JPEG', '')},${classes.list[right[i] ?? 0]?.id ?? ''} 1 2 3 4`).join('\n'))).toBe(false);
  });

  it('are read in the order that fits, whichever was written', () => {
    const ids = classes.list.map(({ id }) => id);
    const written: Readonly<Record<string, (label: number) => number>> = { devkit: (label) => devkitOrder.indexOf(ids[label] ?? '') + 1, 'sorted-from-0': (label) => label, 'sorted-from-1': (label) => label + 1 };
    fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 50000 }), { minLength: 8, maxLength: 40 }), fc.constantFrom('devkit', 'sorted-from-0', 'sorted-from-1'), (numbers, order) => {
      const files = [...numbers].sort((a, b) => a - b).map(name);
      const right = files.map((file) => labelOfName(file, imagenetTables) ?? -1);
      const text = right.map((label, i) => `${files[i] ?? ''} ${written[order]?.(label) ?? 0}`).join('\n');
      const { labels, origin } = labelFlat(files, source('val-txt', text), imagenetTables, '/data');
      expect([...labels]).toEqual(right);
      expect(origin).toContain('100.0 % agree');
    }));
  });

  it('of any text give labels of 0 to 999 or a failure with its place', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom(...names).chain((file) => fc.oneof(fc.integer({ min: -5, max: 1100 }).map(String), fc.constantFrom('n01440764', 'n00000000', '')).map((label) => `${file} ${label}`)), fc.integer({ min: -2, max: 1003 }).map(String));
    fc.assert(fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('ground-truth' as const, 'val-txt' as const, 'kaggle-csv' as const), fc.constantFrom(...labelOrders), (lines, kind, order) => {
      try {
        const { labels } = labelFlat(names, source(kind, lines.join('\n'), order), imagenetTables, '/data');
        expect(labels.every((label) => label >= 0 && label < 1000)).toBe(true);
        expect(labels).toHaveLength(names.length);
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
        if (error instanceof EngineError) expect(error.failure).toMatchObject({ kind: 'dataset-layout', file: '/data/labels.txt', expected: expect.any(String) as string, next: expect.any(String) as string });
      }
    }));
  });
});
