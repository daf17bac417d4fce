import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkCases, type PreprocessCase } from '../../../parity/preprocess.parity';
import { imageFixtures } from '../../core/images/pillow-goldens';

const folder = join(imageFixtures, 'synthetic');
const golden: { images: PreprocessCase[] } = JSON.parse(readFileSync(join(folder, 'preprocess.json'), 'utf8'));

it('decodes, resizes and crops the 24 synthetic pictures to the reference’s bytes', () => {
  const report = checkCases(golden.images, (file) => join(folder, file));
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ images: 24, checks: 24 * 6 });
});

it('notices one wrong hash and one missing file', () => {
  const [first, second] = golden.images;
  if (first === undefined || second === undefined) throw new Error('no fixtures');
  const wrong = { ...first, crops: { ...first.crops, '0.9': first.decoded_sha256 } };
  const missing = { ...second, file: 'val/shapes/missing.png' };
  expect(checkCases([wrong, missing], (file) => join(folder, file)).problems).toEqual([
    expect.stringContaining(`${first.file} at 0.9: expected ${first.decoded_sha256}`),
    expect.stringContaining(`${first.file} at 0.9, as runs read it: expected ${first.decoded_sha256}`),
    expect.stringContaining('missing.png: The file is no longer there.'),
  ]);
});
