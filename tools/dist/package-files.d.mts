export const plainNodePrograms: readonly string[];
export const carriedResources: readonly string[];
export function reachable(folder: string): { bundles: string[]; packages: string[] };
export function packageFiles(root: string, lock: unknown, system: { readonly platform: string; readonly arch: string }): { files: string[]; modules: string[] };
