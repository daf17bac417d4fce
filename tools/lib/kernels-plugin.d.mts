import type { Plugin } from 'vite';
export function kernelsPlugin(root: string): Plugin;
