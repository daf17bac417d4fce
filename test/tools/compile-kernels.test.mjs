/* global WebAssembly */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileKernels, kernelsFolder } from '../../tools/lib/compile-kernels.mjs';
import { kernelsPlugin } from '../../tools/lib/kernels-plugin.mjs';
import { root } from '../../tools/lib/targets.mjs';

describe('the kernels module', () => {
  it('compiles without a warning and wants nothing but a memory', async () => {
    const module = new WebAssembly.Module(await compileKernels(root));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    // Nothing allocates, so nothing of a runtime is linked in.
    expect(WebAssembly.Module.exports(module).map(({ name }) => name).filter((name) => name.startsWith('__'))).toEqual([]);
  });
});

describe('compileKernels', () => {
  let folder;
  const entry = () => join(folder, kernelsFolder, 'index.ts');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kernels-'));
    mkdirSync(join(folder, kernelsFolder), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    for (const name of ['assemblyscript', 'binaryen', 'long']) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    cpSync(join(root, kernelsFolder, 'tsconfig.json'), join(folder, kernelsFolder, 'tsconfig.json'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('takes what it compiled before while the sources are the same', async () => {
    writeFileSync(entry(), 'export function one(): i32 { return 1; }');
    const first = await compileKernels(folder);
    const [one] = [new WebAssembly.Instance(new WebAssembly.Module(first), { env: { memory: new WebAssembly.Memory({ initial: 1 }) } }).exports.one];
    expect(one()).toBe(1);
    expect((await compileKernels(folder)).equals(first)).toBe(true);
    writeFileSync(entry(), 'export function one(): i32 { return 2; }');
    expect((await compileKernels(folder)).equals(first)).toBe(false);
  });

  it('fails with the place of the fault', async () => {
    writeFileSync(entry(), 'export function one(): i32 { return v128.and(1, 2); }');
    await expect(compileKernels(folder)).rejects.toThrow(/kernels-as does not compile[^]*index\.ts\(1,/);
  });
});

describe('kernelsPlugin', () => {
  it('answers to its own name alone, with the module in base64', async () => {
    const plugin = kernelsPlugin(root);
    const watched = [];
    const context = { addWatchFile: (file) => watched.push(file) };
    const id = plugin.resolveId('virtual:kernels');
    expect(plugin.resolveId('vue')).toBeUndefined();
    expect(await plugin.load.call(context, 'vue')).toBeUndefined();
    const code = await plugin.load.call(context, id);
    const base64 = /^export default '([^']+)';$/.exec(code)?.[1] ?? '';
    expect(Buffer.from(base64, 'base64').equals(await compileKernels(root))).toBe(true);
    expect(watched).toContain(join(root, kernelsFolder, 'quantize-maps.ts'));
  });
});
