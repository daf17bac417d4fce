import fc from 'fast-check';
import { sep } from 'node:path';
import { expect, test } from 'vitest';
import { pageFile } from '../../src/main/page-files';

const folder = '/opt/app/out/renderer';

test('serves the files of the page with their types', () => {
  expect(pageFile(folder, 'app://workbench/')).toEqual({ path: `${folder}/index.html`, mediaType: 'text/html; charset=utf-8' });
  expect(pageFile(folder, 'app://workbench/assets/a.js?v=1#x')).toEqual({ path: `${folder}/assets/a.js`, mediaType: 'text/javascript; charset=utf-8' });
});

test.each([
  'app://other/index.html',
  'app://user@workbench/index.html',
  'http://workbench/index.html',
  'file:///etc/passwd',
  'app://workbench/..%2fmain%2findex.js',
  'app://workbench/%2e%2e%2f%2e%2e%2fsecret.json',
  'app://workbench/..%5c..%5csecret.json',
  'app://workbench/a%00.js',
  'app://workbench/%zz.js',
  'app://workbench/secret.pem',
  'app://workbench/assets',
  'not an address',
])('refuses %s', (address) => {
  expect(pageFile(folder, address)).toBeUndefined();
});

test('no path, however it is escaped, leaves the folder', () => {
  const piece = fc.constantFrom('..', '.', '%2e%2e', '%2f', '%5c', '\\', '/', 'a', 'index.html', '%00', '..;', '%252e%252e', '//', '.js');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const file = pageFile(folder, `app://workbench/${pieces.join('/')}.js`);
      return file === undefined || file.path.startsWith(folder + sep);
    }),
  );
});
