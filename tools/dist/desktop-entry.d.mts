export function desktopEntry(program: string): string;
export function mimePackage(): string;
