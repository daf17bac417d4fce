import { defineConfig } from 'vitest/config';

/** The built app in a real Electron. `npm run test:app` finds Electron, builds, and starts Xvfb where there is no display. */
export default defineConfig({
  test: {
    name: 'app',
    include: ['test/app/**/*.app.ts'],
    pool: 'forks',
    // One window at a time: they share the screen, and focus is part of what is tested.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
