import { defineConfig } from 'vitest/config';

/** The package made of the built app: what is in it, and that it installs, starts and works. `npm run test:dist` packs it first. */
export default defineConfig({
  test: {
    name: 'dist',
    include: ['test/dist/**/*.dist.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
