import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maskPrivate } from '../../src/shared/mask-private';

const someone = { home: '/home/mina', user: 'mina' };

it.each([
  ['file: /home/mina/data/val/x.png', 'file: ~/data/val/x.png'],
  ['/home/mina', '~'],
  ['/home/minamoto/x', '/home/minamoto/x'],
  ['/mnt/disk/mina/x, by mina', '/mnt/disk/<user>/x, by <user>'],
  ['a feminam', 'a feminam'],
  ['MINA-PC', '<user>-PC'],
])('%s becomes %s', (text, masked) => {
  expect(maskPrivate(text, someone)).toBe(masked);
});

it('knows the spellings of Windows', () => {
  const windows = { home: 'C:\\Users\\Jo Lee', user: 'Jo Lee' };
  for (const path of ['C:\\Users\\Jo Lee\\a', 'c:/users/jo lee/a', JSON.stringify('C:\\Users\\Jo Lee\\a')]) expect(maskPrivate(path, windows).toLowerCase()).not.toContain('jo lee');
});

it('leaves a text without them alone, and a root account unmasked', () => {
  expect(maskPrivate('/root/x is root', { home: '/root', user: 'root' })).toBe('~/x is root');
  fc.assert(fc.property(fc.string().filter((text) => !/mina/i.test(text)), (text) => maskPrivate(text, someone) === text));
});
