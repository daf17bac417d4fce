/** What *Copy details* puts on the clipboard: the failure, the versions it happened with, nothing that says whose machine it is. */
import { maskPrivate, type PrivateWords } from '../shared/mask-private';

export interface Surroundings extends PrivateWords {
  readonly version: string;
  readonly electron: string;
  readonly chrome: string;
  readonly node: string;
  /** As in `linux 6.1 x64`. */
  readonly system: string;
}

export function errorDetails(text: string, around: Surroundings): string {
  const versions = `BitLog2 Workbench ${around.version} · Electron ${around.electron} · Chrome ${around.chrome} · Node ${around.node} · ${around.system}`;
  return `${maskPrivate(text.trimEnd(), around)}\n\n${versions}\n`;
}
