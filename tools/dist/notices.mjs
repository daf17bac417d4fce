/** What lies beside the program for whoever wants to know what is in it: licences of all that ships, and a bill of materials. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './lock-graph.mjs';
import { identity } from './identity.mjs';
import { shippedPackages } from './shipped.mjs';

const licenceFile = /^(licen[cs]e|copying|notice|copyright|thirdparty)/i;

/** Their packages come without a licence file; the text is that of the licence that they name. */
const mitText = (holder) =>
  `MIT License\n\nCopyright (c) ${holder}\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.\n\nTHE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** What the licences of compiled-in parts ask to be said. */
const acknowledgements = new Map([
  ['@cwasm/jpeg-turbo', 'Contains libjpeg-turbo. This software is based in part on the work of the Independent JPEG Group.'],
  ['onnxruntime-node', 'The notices of what is compiled into ONNX Runtime: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt'],
]);

const authorOf = ({ author, contributors, name }) => {
  const first = author ?? contributors?.[0];
  return (typeof first === 'string' ? first : first?.name) ?? `the authors of ${name}`;
};

function licenceText(folder, manifest) {
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenceFile.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  if (texts.length > 0) return texts.join('\n\n');
  return manifest.license === 'MIT' ? mitText(authorOf(manifest)) : undefined;
}

/**
 * The licences of every package that ships, as one text.
 *
 * @param {string} root the project's folder, installed
 * @param {import('./lock-graph.mjs').Lock} lock
 * @throws {Error} if a package has no licence text and names a licence whose text is not known here
 */
export function thirdPartyLicences(root, lock) {
  const parts = shippedPackages(lock)
    // Other systems' binaries are not installed here and not in this package.
    .filter((path) => existsSync(join(root, path)))
    .map((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
      const text = licenceText(join(root, path), manifest);
      if (text === undefined) throw new Error(`${path} (${manifest.license}) carries no licence text`);
      const said = acknowledgements.get(manifest.name);
      return [`${manifest.name} ${manifest.version}`, `Licence: ${lock.packages[path].license}`, ...(said ? [said] : []), '', text].join('\n');
    });
  const line = '-'.repeat(100);
  const head = `${identity.productName} ${identity.version} contains the following packages.\nElectron and Chromium: see LICENSE.electron.txt and LICENSES.chromium.html, beside this file or beside the program. Sample pictures: see resources/sample/LICENSE-fashion-mnist.`;
  return `${[head, ...parts].join(`\n\n${line}\n`)}\n`;
}

const purl = (name, version) => `pkg:npm/${name.startsWith('@') ? `%40${name.slice(1)}` : name}@${version}`;
const toHex = (integrity) => Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');

/**
 * The bill of materials (CycloneDX 1.5): Electron and what ships as `required`, build tools as `excluded`. The same lockfile gives the same bytes.
 *
 * @param {import('./lock-graph.mjs').Lock} lock
 * @param {string} electronVersion of the binary that is packed
 */
export function billOfMaterials(lock, electronVersion) {
  const shipped = new Set(shippedPackages(lock));
  const components = Object.entries(lock.packages)
    .filter(([path]) => path !== '' && path !== 'node_modules/electron')
    .map(([path, { version, license, integrity }]) => ({
      type: 'library',
      'bom-ref': path,
      name: nameOf(path),
      version,
      scope: shipped.has(path) ? 'required' : 'excluded',
      purl: purl(nameOf(path), version),
      licenses: [/\s/.test(license) ? { expression: license } : { license: { id: license } }],
      hashes: [{ alg: 'SHA-512', content: toHex(integrity) }],
    }));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': identity.executable, name: identity.executable, version: identity.version, licenses: [{ license: { id: identity.license } }] } },
    components: [
      { type: 'framework', 'bom-ref': 'electron', name: 'electron', version: electronVersion, scope: 'required', purl: purl('electron', electronVersion), licenses: [{ license: { id: 'MIT' } }] },
      ...components,
    ],
  };
}
