import { availableParallelism } from 'node:os';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { kernelsPlugin } from './tools/lib/kernels-plugin.mjs';

/** Tests that need a DOM run in happy-dom; everything else under plain Node. Those that need Electron: vitest.app.config.mts. */
const domTests = ['test/renderer/**/*.test.ts', 'test/**/*.dom.test.ts'];

export default defineConfig({
  test: {
    // One core is usually left free, which on two cores means one file at a time; most files wait on a disk or a process for half of their time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        plugins: [kernelsPlugin(import.meta.dirname)],
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.mjs'],
          exclude: ['test/app/**', ...domTests],
          environment: 'node',
          // ONNX Runtime can be initialised once per process only: threads share one, forks do not.
          pool: 'forks',
          globalSetup: ['test/setup/build-main.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [vue()],
        test: { name: 'dom', include: domTests, environment: 'happy-dom', pool: 'forks', testTimeout: 30_000 },
      },
    ],
  },
});
