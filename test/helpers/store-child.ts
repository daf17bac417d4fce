/**
 * A child process for tests of the store. `hold FILE` opens it and waits; `commit FILE SEED` commits batches for ever in a seeded order,
 * one or several at a time, and prints each one's number once it is acknowledged; `fill FILE` does so until a commit fails, then prints the failure.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../src/engine/runtime/store/open-store';
import { toFailure } from '../../src/shared/failure';
import { batchCommit } from './store-records';

/** Written at once: what a killed process had buffered would be lost, and with it acknowledgements. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function commitForEver(file: string, seed: number): Promise<void> {
  const store = await openStore(file);
  const runIds = (await store.runs()).map((run) => run.id);
  const done = new Set(await store.committedBatches(runIds[0] ?? ''));
  let state = seed + 1;
  const next = (bound: number): number => (state = (state * 48271) % 2147483647) % bound;
  say('ready');
  for (;;) {
    const open = Array.from({ length: 4000 }, (_, batch) => batch).filter((batch) => !done.has(batch));
    const group = Array.from({ length: 1 + next(3) }, () => open.splice(next(Math.min(open.length, 50)), 1)[0] ?? 0);
    await store.commitBatches(group.map((batch) => batchCommit(batch, runIds, 4, [batch * 4 + 3])));
    for (const batch of group) {
      done.add(batch);
      say(String(batch));
    }
  }
}

const [, , verb = '', file = '', seed = '0'] = process.argv;

async function main(): Promise<void> {
  if (verb === 'hold') {
    await openStore(file);
    say('ready');
    setInterval(() => undefined, 1000);
    return;
  }
  await commitForEver(file, Number(seed));
}

main().catch((error: unknown) => {
  say(`failure ${JSON.stringify(toFailure(error))}`);
  process.exitCode = 1;
  if (verb === 'fill') process.exit(1);
});
