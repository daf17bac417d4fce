/** A bench that is killed leaves nothing running. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleChild } from '../../helpers/bundle-child';

let program: string;
let folder: string;

beforeAll(async () => {
  program = await bundleChild(join(__dirname, '../../helpers/parent-process.ts'), 'parent-process');
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-parent-'));
});
afterAll(() => {
  rmSync(dirname(program), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

function startParent(name: string, forever: boolean): { readonly parent: ReturnType<typeof spawn>; readonly file: string } {
  const file = join(folder, name);
  return { file, parent: spawn(process.execPath, [program, 'parent', JSON.stringify({ file, forever })], { stdio: ['ignore', 'pipe', 'inherit'] }) };
}

/** The child's id, once it has said it. */
async function childId(file: string): Promise<number> {
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8') !== '', { timeout: 20_000 }).toBe(true);
  return Number(readFileSync(file, 'utf8'));
}

/** Dead, or dead and not yet collected by whoever inherited it. */
function isGone(id: number): boolean {
  try {
    process.kill(id, 0);
  } catch {
    return true;
  }
  const stat = `/proc/${id}/stat`;
  return existsSync(stat) && / Z /.test(readFileSync(stat, 'utf8'));
}

describe('the child of a memory row', () => {
  it('ends when the bench is killed', async () => {
    const { parent, file } = startParent('killed', true);
    const id = await childId(file);
    expect(isGone(id)).toBe(false);
    parent.kill('SIGKILL');
    await expect.poll(() => isGone(id), { timeout: 20_000 }).toBe(true);
  });

  it('ends by itself when it has answered, and the bench has its answer', async () => {
    const { parent } = startParent('answered', false);
    let said = '';
    parent.stdout?.on('data', (piece: Buffer) => { said += piece.toString(); });
    const [code] = (await once(parent, 'close')) as [number];
    expect([code, said]).toEqual([0, 'done\n']);
  });
});
