/** What columns and labels of parquet files mean; that any of them gives labels or a failure that says where. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { huggingfaceClasses, pictureColumns, structFields } from '../../../../src/engine/core/datasets/parquet-columns';
import { parquetLabels } from '../../../../src/engine/core/datasets/parquet-labels';
import { parquetSplit, shardsOf } from '../../../../src/engine/core/datasets/parquet-shards';
import { imagenetTables } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { EngineError } from '../../../../src/shared/failure';
import { labelOrders } from '../../../../src/shared/settings';

describe('columns', () => {
  it('of structs are taken apart, whatever their names', () => {
    expect(structFields('STRUCT(bytes BLOB, path VARCHAR)')).toEqual([{ name: 'bytes', type: 'BLOB' }, { name: 'path', type: 'VARCHAR' }]);
    expect(structFields('STRUCT("a, ""b""" STRUCT(x INTEGER, y DECIMAL(3,1)), c INTEGER[])')).toEqual([{ name: 'a, "b"', type: 'STRUCT(x INTEGER, y DECIMAL(3,1))' }, { name: 'c', type: 'INTEGER[]' }]);
    expect(structFields('BLOB')).toBeNull();
  });

  it('that hold pictures are found by name first, by type else', () => {
    const label = { name: 'label', type: 'BIGINT' };
    expect(pictureColumns([{ name: 'thumb', type: 'BLOB' }, { name: 'image', type: 'STRUCT(bytes BLOB, path VARCHAR)' }, label], 'f')).toEqual({ bytes: ['image', 'bytes'], path: ['image', 'path'], label: { column: ['label'], kind: 'number' } });
    expect(pictureColumns([{ name: 'raw', type: 'BLOB' }, { name: 'wnid', type: 'VARCHAR' }], 'f')).toEqual({ bytes: ['raw'], path: null, label: { column: ['wnid'], kind: 'text' } });
  });

  it('of any names and types give columns that exist, or a failure that lists them', () => {
    const column = fc.record({ name: fc.oneof(fc.string(), fc.constantFrom('image', 'label', 'bytes', 'path')), type: fc.oneof(fc.string(), fc.constantFrom('BLOB', 'VARCHAR', 'BIGINT', 'STRUCT(bytes BLOB, path VARCHAR)', 'STRUCT(bytes BLOB', 'STRUCT()')) });
    fc.assert(fc.property(fc.array(column, { maxLength: 6 }), (columns) => {
      try {
        const { bytes, path, label } = pictureColumns(columns, 'f.parquet');
        for (const found of [bytes, path, label.column]) if (found !== null) expect(columns.map(({ name }) => name)).toContain(found[0]);
      } catch (error) {
        expect(error).toMatchObject({ failure: { kind: 'dataset-layout', file: 'f.parquet' } });
      }
    }));
  });

  it('are described by Hugging Face, and by nobody else', () => {
    expect(huggingfaceClasses('{"info":{"features":{"label":{"names":["a","b"],"_type":"ClassLabel"}}}}', 'label')).toEqual(['a', 'b']);
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), fc.string(), (text, column) => {
      const names = huggingfaceClasses(text, column);
      expect(names === null || names.every((name) => typeof name === 'string')).toBe(true);
    }));
  });
});

describe('shards', () => {
  it('belong to the split of their name or their folder', () => {
    expect(['data/validation-00000-of-00014.parquet', 'train/0001.parquet', 'imagenet_val.parquet', 'data/test-00000-of-00028.parquet', 'Training.parquet', 'interval.parquet'].map(parquetSplit)).toEqual(['val', 'train', 'val', 'test', 'train', 'other']);
    expect(shardsOf(['b-val.parquet', 'train.parquet', 'a-val.parquet', 'test.parquet'])).toEqual({ train: ['train.parquet'], val: ['a-val.parquet', 'b-val.parquet'], other: ['test.parquet'] });
  });
});

describe('labels', () => {
  it('of any numbers and texts are labels of their classes, or a failure that says where', () => {
    const label = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 1001 }) }, fc.integer({ min: -3, max: 5 }), fc.constantFrom('n01440764', '7', 'dog', ''), fc.constant(null), fc.double());
    const name = fc.constantFrom('', 'a.jpg', 'n01440764_3.JPEG', 'ILSVRC2012_val_00000001.JPEG');
    const split = fc.array(fc.tuple(name, label), { minLength: 1, maxLength: 6 }).map((rows) => ({ file: 'v.parquet', names: rows.map(([found]) => found), labels: rows.map(([, found]) => found) }));
    fc.assert(fc.property(fc.array(split, { minLength: 1, maxLength: 2 }), fc.option(fc.array(fc.string(), { minLength: 1, maxLength: 8 })), fc.constantFrom(...labelOrders), (splits, classNames, order) => {
      try {
        const found = parquetLabels(splits, { classNames, order }, imagenetTables);
        const known = new Set(found.classes.map((one) => one.label));
        found.labels.forEach((labels, at) => {
          expect(labels).toHaveLength(splits[at]?.labels.length ?? -1);
          for (const one of labels) expect(known.has(one)).toBe(true);
        });
        expect(new Set(found.classes.map(({ folder }) => folder)).size).toBe(found.classes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
        if (error instanceof EngineError) expect(error.failure).toMatchObject({ kind: 'dataset-layout', file: 'v.parquet' });
      }
    }), { numRuns: 500 });
  });
});
