export const kernelsFolder: string;
export function compileKernels(root: string, how?: { fresh?: boolean }): Promise<Buffer>;
export function kernelSources(root: string): string[];
