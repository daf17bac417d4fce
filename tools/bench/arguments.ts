/** The command line of the benches, and which rows it asks for. Pure. */
import { parseArgs } from 'node:util';
import type { Bench } from './row';

export interface BenchOptions {
  readonly json: boolean;
  readonly quick: boolean;
  readonly list: boolean;
  readonly help: boolean;
  /** Patterns of row ids; empty for the usual rows. */
  readonly only: readonly string[];
}

export const usage = `usage: npm run bench -- [--only PATTERN[,PATTERN]] [--quick] [--json] [--list]
  --only   rows by id: a whole id, its first part (deit_tiny, memory), or with * for anything (*.BitLog2_Half_17)
  --quick  few repeats: a look, not a result
  --json   one JSON document on stdout
  --list   the ids, measured by default or only when asked for
`;

/** Throws Error with a sentence for arguments that do not exist. */
export function parseBenchArguments(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, only: { type: 'string', multiple: true } },
  });
  const only = (values.only ?? []).flatMap((text) => text.split(',')).map((text) => text.trim()).filter((text) => text !== '');
  if (values.only !== undefined && only.length === 0) throw new Error('--only wants a pattern');
  return { json: values.json === true, quick: values.quick === true, list: values.list === true, help: values.help === true, only };
}

/** `*` stands for any characters; a pattern also matches what follows it after a full stop. */
export function matches(pattern: string, id: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${escaped}(\\..*)?$`).test(id);
}

export interface Choice {
  readonly bench: Bench;
  readonly wanted: readonly string[];
}

/** What to measure. Throws Error naming a pattern that fits no row. */
export function choose(benches: readonly Bench[], only: readonly string[]): Choice[] {
  for (const pattern of only) {
    if (!benches.some((bench) => bench.ids.some((id) => matches(pattern, id)))) throw new Error(`no row is called ${pattern}; --list shows them`);
  }
  return benches
    .map((bench) => ({ bench, wanted: only.length === 0 ? bench.usual : bench.ids.filter((id) => only.some((pattern) => matches(pattern, id))) }))
    .filter(({ wanted }) => wanted.length > 0);
}
