import { buildTargets } from '../../tools/lib/build-target.mjs';

/**
 * Builds out/main once before the tests, because worker threads and child processes need plain JavaScript
 * (Node 20 cannot load TypeScript into a worker). A build that fails does not stop tests that need no build:
 * those that do read out/main through test/setup/built-entry.ts, which then fails with the reason given here.
 */
export default async function setup({ provide }: { provide: (key: 'mainBuildError', value: string) => void }): Promise<void> {
  try {
    await buildTargets(['main']);
    provide('mainBuildError', '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`out/main does not build, tests that need it will fail: ${reason}`);
    provide('mainBuildError', reason || 'unknown reason');
  }
}

declare module 'vitest' {
  export interface ProvidedContext {
    mainBuildError: string;
  }
}
