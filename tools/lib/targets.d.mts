export type Target = 'main' | 'preload' | 'renderer';
export const root: string;
export const allTargets: readonly Target[];
export function targetHash(target: Target, folder?: string): string;
export function stampFile(target: Target, folder?: string): string;
export function isFresh(target: Target, folder?: string): boolean;
