/** Workspaces taken into the open one, and a workspace that somebody else holds. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fail } from '../../src/shared/failure';
import type { MergeResult } from '../../src/shared/merge';
import { makeSummary } from './fixture-data';
import { all, asked, click, closeWorkbench, openWorkbench, text, type Fixture } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { name: 'VChart', template: '<div />' } }));

const nothing = { models: 0, datasets: 0, runs: 0, predictions: 0, analyses: 0, recipes: 0 };
const merged: MergeResult = {
  into: '/w.bitlog2',
  files: [
    { file: '/other/a.bitlog2', added: { ...nothing, runs: 1, predictions: 1000 }, conflicts: ['recipe mine: not alike; the other one is called mine (a)'] },
    { file: '/other/b.bitlog2', added: nothing, conflicts: [] },
  ],
};

afterEach(closeWorkbench);

const button = (label: string, within = document.body): HTMLElement | undefined => [...within.querySelectorAll<HTMLElement>('button')].find((one) => (one.getAttribute('aria-label') ?? one.textContent ?? '').trim().startsWith(label));
const dialog = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>('[role=dialog]');
  if (found === null) throw new Error('no dialog');
  return found;
};
const answering = (result: () => Promise<MergeResult>): Promise<Fixture> => openWorkbench({ answers: (own) => ({ ...own, 'merge.files': result }) });

async function choose(services: Fixture, files: readonly string[]): Promise<void> {
  services.bridge.answers = { 'dialog.merge': { files } };
  await click(button('Choose workspaces', dialog()));
}

describe('merging', () => {
  it('takes the chosen files, each once and never the open one, and says what came of each', async () => {
    const services = await answering(async () => merged);
    await click(button('Merge workspaces into this one'));
    expect(dialog().querySelector('h2')?.textContent).toContain('Merge workspaces into');
    expect(button('Merge', dialog())?.hasAttribute('disabled')).toBe(true);
    await choose(services, ['/other/a.bitlog2', '/other/b.bitlog2', makeSummary([]).file]);
    await choose(services, ['/other/a.bitlog2', '/other/c.bitlog2']);
    expect(all('[role=dialog] .file').map((row) => row.textContent)).toEqual(['/other/a.bitlog2', '/other/b.bitlog2', '/other/c.bitlog2']);
    await click(button('Leave c.bitlog2 out', dialog()));
    const looked = asked(services, 'workspace.summary').length;
    await click(button('Merge', dialog()));
    expect(asked(services, 'merge.files')).toEqual([{ files: ['/other/a.bitlog2', '/other/b.bitlog2'] }]);
    expect(text('[role=dialog] [role=status]')).toBe('a.bitlog2: 1 run, 1,000 predictionsrecipe mine: not alike; the other one is called mine (a)b.bitlog2: nothing new');
    expect(asked(services, 'workspace.summary').length).toBeGreaterThan(looked);
  });

  it('is opened from the menu, in Korean as well, where conflicts are told in Korean', async () => {
    const services = await openWorkbench({ info: { locale: 'ko' }, answers: (own) => ({ ...own, 'merge.files': async () => merged }) });
    services.bridge.send({ kind: 'menu', command: 'merge-workspaces' });
    await flushPromises();
    services.bridge.answers = { 'dialog.merge': { files: ['/other/a.bitlog2'] } };
    await click(button('작업 공간 고르기', dialog()));
    await click(button('병합', dialog()));
    expect(text('[role=dialog] [role=status]')).toContain('실행 1개, 예측 1,000개');
    expect(text('[role=dialog] .conflicts')).toBe('설정 파일 mine: 내용이 달라 가져온 것은 mine (a)(으)로 두었습니다');
  });

  it('a failure is shown in the dialog, and what was chosen stays', async () => {
    const services = await answering(async () => { throw fail('workspace-locked', 'The workspace is in use by process 12', { file: '/other/a.bitlog2' }); });
    await click(button('Merge workspaces into this one'));
    await choose(services, ['/other/a.bitlog2']);
    await click(button('Merge', dialog()));
    expect(text('[role=dialog] .failure')).toContain('in use by process 12');
    expect(all('[role=dialog] .file').map((row) => row.textContent)).toEqual(['/other/a.bitlog2']);
  });
});

describe('a workspace that somebody else holds', () => {
  it('names the holder, offers another, and one that is merged later', async () => {
    const held = '/data/held.bitlog2';
    let locked = true;
    const services = await openWorkbench({
      info: { workspace: held },
      fails: (method) => {
        if (method === 'workspace.open' && locked) throw fail('workspace-locked', 'The workspace is in use by process 12 (bitlog2 eval)', { file: held, expected: 'one process at a time for a workspace', next: 'Close it there' });
      },
    });
    expect(text('.notice')).toContain('The workspace is in use by process 12 (bitlog2 eval)');
    expect(all('.notice button').map((one) => one.textContent?.trim())).toEqual(expect.arrayContaining(['Try again', 'Open another workspace…', 'Work in a new one, merge later…']));
    locked = false;
    services.bridge.answers = { 'dialog.workspace': { file: '/data/new.bitlog2' } };
    await click(button('Work in a new one, merge later'));
    expect(services.bridge.calls.filter(({ method }) => method === 'dialog.workspace').map(({ params }) => params)).toEqual([{ create: true }]);
    expect(asked(services, 'workspace.open').at(-1)).toEqual({ file: '/data/new.bitlog2' });
    expect(document.querySelector('.notice')).toBeNull();
    await click(button('Merge workspaces into this one'));
    expect(all('[role=dialog] .file').map((row) => row.textContent)).toEqual([held]);
    expect(text('[role=dialog] .held')).toContain('Another program had this one open');
  });
});
