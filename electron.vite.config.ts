import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import { kernelsPlugin } from './tools/lib/kernels-plugin.mjs';

const at = (path: string): string => resolve(import.meta.dirname, path);
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string };
const define = { __APP_VERSION__: JSON.stringify(version) };

/** Entries of the main target. Shared code lands in out/main/chunks, so only entries may use __dirname. */
const mainEntries = {
  index: at('src/main/index.ts'),
  'engine-process': at('src/main/engine-process.ts'),
  cli: at('src/cli/index.ts'),
  worker: at('src/engine/runtime/workers/worker.ts'),
  'picture-thread': at('src/engine/runtime/workers/picture-thread.ts'),
  'model-trial': at('src/engine/runtime/untrusted/model-trial.ts'),
  bench: at('tools/bench/index.ts'),
};

export default defineConfig({
  main: {
    plugins: [kernelsPlugin(import.meta.dirname)],
    define,
    build: {
      // The oldest Electron that the code must run in has Node 18.15 (the default follows the installed one).
      target: 'node18.15',
      // These are ES modules only, or much smaller when shaken: bundled. Native packages stay outside.
      externalizeDeps: { exclude: ['echarts', 'valibot'] },
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(mainEntries).filter(([, file]) => existsSync(file))),
        output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node18.15',
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [vue()],
    define: { ...define, __VUE_PROD_DEVTOOLS__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
    build: {
      target: 'chrome114',
      // Nothing inline: the page's policy admits files of its own origin only.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: at('src/renderer/index.html') },
    },
  },
});
