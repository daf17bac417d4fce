import type { Target } from './targets.mjs';
export function buildTargets(wanted: readonly Target[], options?: { force?: boolean }): Promise<string[]>;
