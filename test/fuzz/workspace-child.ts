/**
 * A child process that opens damaged workspaces: `SEED-FILE FOLDER FIRST COUNT`. It says the number of a case before it begins with it, so that
 * a parent whose child died knows over which; `done` at the end; `wrong NUMBER TEXT` for what is neither a workspace nor a refusal.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/engine/runtime/store/open-store';
import { EngineError } from '../../src/shared/failure';
import { dice, mutate } from './mutate';

const [, , seedFile = '', folder = '', first = '1', count = '1'] = process.argv;
const seed = readFileSync(seedFile);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function open(number: number): Promise<void> {
  const file = join(folder, `${number}.bitlog2`);
  writeFileSync(file, mutate(seed, seed, dice(number)));
  const store = await openStore(file);
  try {
    for (const run of await store.runs()) {
      await store.predictions(run.id, 0, 100);
      await store.levelCounts(run.id);
      await store.skipped(run.id);
    }
  } finally {
    await store.close();
  }
}

async function main(): Promise<void> {
  for (let number = Number(first); number < Number(first) + Number(count); number++) {
    say(String(number));
    try {
      await open(number);
    } catch (error) {
      if (!(error instanceof EngineError) || error.failure.kind === 'internal') say(`wrong ${number} ${error instanceof Error ? (error.stack ?? error.message).replaceAll('\n', ' | ') : String(error)}`);
    }
  }
  say('done');
}

void main();
