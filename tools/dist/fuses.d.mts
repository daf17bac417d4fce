export const fuseTable: Readonly<Record<string, boolean>>;
export const inspectFuse: string;
export function readFuses(program: string): Promise<Record<string, 'on' | 'off' | 'lacking'>>;
export function setFuses(program: string, how?: { inspect?: boolean; mayLack?: boolean; adHocSignature?: boolean }): Promise<string[]>;
