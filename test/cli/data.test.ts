import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { fail } from '../../src/shared/failure';
import { cliRecord } from '../helpers/cli-environment';
import { previewOf } from '../renderer/fixture-dataset';

describe('data', () => {
  it('says what was seen and names pictures', async () => {
    const record = cliRecord({ 'dataset.preview': ({ labels, pictures }) => previewOf(labels, pictures) });
    expect(await runCli(['data', '--dataset', 'imagenet', '--samples', '3'], record.environment)).toBe(3);
    expect(record.calls).toEqual([{ method: 'dataset.preview', params: { root: '/here/imagenet', pictures: 3 } }]);
    expect(record.stdout()).toContain('Seen: 10 classes, 1,000 pictures to evaluate, 128 to calibrate on');
    expect(record.stdout()).toMatch(/val\/0\.png +0 +0_T-shirt +T-shirt\n/);
    expect(record.stdout()).toMatch(/val\/1\.png .* cannot be read\n/);
  });

  it('takes another label file and order, and prints JSON without pixels', async () => {
    const record = cliRecord({ 'dataset.preview': ({ labels, pictures }) => previewOf(labels, pictures) });
    expect(await runCli(['data', '--dataset', 'imagenet', '--labels', 'mine.txt', '--label-order', 'devkit', '--samples', '1', '--json'], record.environment)).toBe(0);
    expect(record.calls[0]?.params).toEqual({ root: '/here/imagenet', pictures: 1, labels: { file: '/here/mine.txt', order: 'devkit' } });
    expect(JSON.parse(record.stdout())).toMatchObject({ dataset: { labels: { order: 'devkit' } }, samples: [{ file: 'val/0.png', readable: true }] });
    expect(record.stdout()).not.toContain('"picture"');
  });

  it('says why a data set cannot be read', async () => {
    const record = cliRecord({ 'dataset.preview': () => { throw fail('dataset-layout', 'The parquet file has no column of pictures', { file: '/here/a.parquet', next: 'Choose another' }); } });
    expect(await runCli(['data', '--dataset', 'a.parquet'], record.environment)).toBe(1);
    expect(record.stderr()).toContain('/here/a.parquet');
    expect(await runCli(['data', '--dataset', 'a', '--label-order', 'alphabet'], record.environment)).toBe(2);
  });
});
