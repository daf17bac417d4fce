/** Resident memory of this process as the kernel counts it. */
import { existsSync, readFileSync } from 'node:fs';

const status = '/proc/self/status';

/** Highest resident size so far, in bytes. Throws where the system does not tell (anything but Linux). */
export function peakResidentBytes(): number {
  if (!existsSync(status)) throw new Error('peak memory can be measured on Linux only (/proc/self/status)');
  return parseKilobytes(readFileSync(status, 'utf8'), 'VmHWM') * 1024;
}

/** One `Name:   123 kB` line. */
export function parseKilobytes(text: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`no line ${name}`);
  return Number(found);
}
