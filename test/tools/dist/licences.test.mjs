import { expect, test } from 'vitest';
import { admitsLicence, shippedLicences, toolLicences } from '../../../tools/dist/licences.mjs';

test.each(['MIT', '(MIT)', 'MIT OR GPL-3.0-only', '(GPL-2.0 OR (MIT AND ISC))', 'MIT AND BSD-3-Clause', 'MPL-2.0'])('%s may ship', (licence) => {
  expect(admitsLicence(licence, shippedLicences)).toBe(true);
});

test.each(['GPL-3.0-only', 'MIT AND GPL-3.0-only', '(MIT', 'MIT)', 'MIT OR', '', undefined, null, { type: 'MIT' }, 'SEE LICENSE IN LICENSE.md', 'UNLICENSED', 'mit', 'Apache-2.0 WITH LLVM-exception', 'MIT ISC', 'BlueOak-1.0.0', 'CC-BY-4.0'])('%s may not', (licence) => {
  expect(admitsLicence(licence, shippedLicences)).toBe(false);
});

test('build tools may have a few more, and no copyleft', () => {
  for (const licence of ['BlueOak-1.0.0', 'Python-2.0', 'CC-BY-4.0', '(WTFPL OR MIT)']) expect(admitsLicence(licence, toolLicences)).toBe(true);
  for (const licence of ['GPL-2.0-only', 'AGPL-3.0-only', 'LGPL-3.0-or-later', 'EPL-2.0']) expect(admitsLicence(licence, toolLicences)).toBe(false);
});
