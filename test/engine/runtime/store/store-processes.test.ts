/** What other processes do to a workspace: hold it, die in the middle of a commit, fill its disk. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import { failureSchema } from '../../../../src/shared/failure';
import { parse } from 'valibot';
import { bundleChild } from '../../../helpers/bundle-child';
import { batchCommit, newRun, predictionRow, seedStore, settings, temporaryFolder } from '../../../helpers/store-records';

const folder = temporaryFolder('store-processes');
let childFile: string;

beforeAll(async () => {
  childFile = await bundleChild(resolve('test/helpers/store-child.ts'), 'store-child');
});
afterAll(() => {
  folder.remove();
  rmSync(dirname(childFile), { recursive: true, force: true });
});

async function preparedWorkspace(name: string, runIds: readonly string[]): Promise<string> {
  const file = join(folder.path, name);
  const store = await openStore(file);
  const listId = await seedStore(store, 16_000);
  for (const [i, id] of runIds.entries()) await store.createRun(newRun(id, listId, { total: 16_000, settings: settings('Sqrt2_17', { seed: i }) }));
  await store.close();
  return file;
}

/** Collects the child's lines; resolves `enough` when that many have arrived. */
function listen(child: ChildProcess): { readonly lines: string[]; until(count: number): Promise<void>; ended: Promise<void> } {
  const lines: string[] = [];
  let rest = '';
  let wake = (): void => undefined;
  child.stdout?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });
  const ended = new Promise<void>((done) => child.on('close', () => { wake(); done(); }));
  return {
    lines,
    ended,
    until: async (count) => {
      while (lines.length < count && child.exitCode === null) await new Promise<void>((done) => { wake = done; });
    },
  };
}

describe('a workspace held by another process', () => {
  it('names the holder and offers another file', async () => {
    const file = await preparedWorkspace('held.bitlog2', []);
    const child = spawn(process.execPath, [childFile, 'hold', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const heard = listen(child);
    await heard.until(1);
    const error = await openStore(file).then(() => null, (reason: unknown) => reason);
    child.kill('SIGKILL');
    await heard.ended;
    expect(error).toMatchObject({ failure: { kind: 'workspace-locked', file } });
    expect(String(error)).toContain(`process ${child.pid}`);
    if (process.platform === 'linux') expect(String(error)).toContain('store-child');
    expect(String(error)).toContain('--workspace OTHER');
    await (await openStore(file)).close();
  });
});

describe('kill -9 while batches are committed', () => {
  it('keeps every acknowledged batch whole and no half of another', async () => {
    const runIds = ['r0', 'r1', 'r2'];
    const file = await preparedWorkspace('killed.bitlog2', runIds);
    const acknowledged = new Set<number>();
    // Different moments: after so many lines, and so many milliseconds into what follows.
    for (const [round, [lines, pause]] of [[2, 0], [10, 3], [25, 7], [40, 1], [15, 12]].entries()) {
      const child = spawn(process.execPath, [childFile, 'commit', file, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
      const heard = listen(child);
      await heard.until(lines ?? 0);
      await new Promise((done) => setTimeout(done, pause));
      child.kill('SIGKILL');
      await heard.ended;
      for (const line of heard.lines) if (line !== 'ready') acknowledged.add(Number(line));

      const store = await openStore(file);
      const reference = [...(await store.committedBatches('r0'))];
      expect([...acknowledged].filter((batch) => !reference.includes(batch))).toEqual([]);
      const kept = reference.flatMap((batch) => [0, 1, 2].map((i) => batch * 4 + i));
      for (const runId of runIds) {
        expect([...(await store.committedBatches(runId))]).toEqual(reference);
        const outcomes = await store.outcomes(runId);
        expect([...outcomes.index]).toEqual(kept);
        expect([...outcomes.predicted]).toEqual(kept.map((index) => predictionRow(index).top5[0]));
        expect((await store.skipped(runId)).map((row) => row.index)).toEqual(reference.map((batch) => batch * 4 + 3));
        const expected = new Float64Array(51);
        for (const batch of reference) batchCommit(batch, ['x'], 4).cells[0]?.levelCounts[1]?.counts.forEach((count, i) => { expected[i] = (expected[i] ?? 0) + count; });
        expect((await store.levelCounts(runId))[1]?.counts).toEqual(expected);
      }
      await store.close();
    }
    expect(acknowledged.size).toBeGreaterThan(80);
  });
});

describe('a disk that fills up', () => {
  it('says so, keeps what was acknowledged and goes on when there is space', async () => {
    const file = await preparedWorkspace('full.bitlog2', ['r0', 'r1']);
    // A file size limit behaves like a full disk and needs no root: the log of the workspace cannot grow beyond it.
    const child = spawnSync('bash', ['-c', 'ulimit -f 1500; exec "$0" "$@"', process.execPath, childFile, 'fill', file, '1'], { encoding: 'utf8' });
    const lines = child.stdout.trim().split('\n');
    const last = lines.at(-1) ?? '';
    expect(last).toMatch(/^failure /);
    const failure = parse(failureSchema, JSON.parse(last.slice('failure '.length)));
    expect(failure).toMatchObject({ kind: 'disk-full', file });
    expect(failure.next).toContain('--resume');
    const acknowledged = lines.slice(1, -1).map(Number).sort((a, b) => a - b);
    expect(acknowledged.length).toBeGreaterThan(10);

    const store = await openStore(file);
    expect([...(await store.committedBatches('r0'))]).toEqual(acknowledged);
    expect((await store.run('r1'))?.images).toBe(acknowledged.length * 3);
    await store.commitBatch(batchCommit(3999, ['r0', 'r1'], 4));
    expect((await store.run('r1'))?.images).toBe(acknowledged.length * 3 + 4);
    await store.close();
  });
});
