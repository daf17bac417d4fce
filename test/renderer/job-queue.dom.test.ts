/** The queue of evaluations in the jobs drawer, and an evaluation whose engine is lost. */
import { flushPromises } from '@vue/test-utils';
import { getActivePinia } from 'pinia';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fail } from '../../src/shared/failure';
import type { EvaluationEvent } from '../../src/shared/evaluation';
import type { EvaluationSpec } from '../../src/shared/settings';
import { useJob } from '../../src/renderer/src/stores/job';
import { all, asked, click, closeWorkbench, openWorkbench, text, type Fixture } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { name: 'VChart', template: '<div />' } }));

const specOf = (limit: number): EvaluationSpec => ({
  models: ['/models/fashion_vit.onnx'], dataset: '/data', schemes: ['Sqrt2_17'], withFp32: true, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 8, seeds: [0],
  batch: 1, limit, preprocess: 'auto', calibrationList: null, imageList: null, workers: null, resume: true,
});

/** Evaluations end when the test says so. */
interface Running {
  readonly spec: EvaluationSpec;
  readonly end: (error?: unknown) => Promise<void>;
  readonly emit: (event: EvaluationEvent) => void;
}

let services: Fixture;
let running: Running[];

/** Every evaluation waits for the test; an abort ends it as the engine does. */
function hold(fixture: Fixture): void {
  const { call } = fixture.engine;
  running = [];
  const held = (spec: EvaluationSpec, signal: { addEventListener(type: 'abort', listener: () => void): void } | undefined, emit: (event: EvaluationEvent) => void): Promise<unknown> => new Promise((resolve, reject) => {
    const result = (state: string): unknown => ({ state, runs: [], paired: [], failures: [] });
    signal?.addEventListener('abort', () => resolve(result('stopped')));
    running.push({ spec, emit, end: async (error) => {
      if (error === undefined) resolve(result('done'));
      else reject(error instanceof Error ? error : new Error(String(error)));
      await flushPromises();
    } });
  });
  Reflect.set(fixture.engine, 'call', (method: string, params: never, options: { signal?: never; onEvent?: (event: EvaluationEvent) => void } = {}) =>
    (method === 'evaluation.run' ? held(params, options.signal, (event) => options.onEvent?.(event)) : Reflect.apply(call, fixture.engine, [method, params, options])));
}

const jobs = () => useJob(getActivePinia());
const states = (): string[] => jobs().jobs.map(({ spec, state }) => `${spec.limit} ${state}`);
const saved = (): unknown => (asked(services, 'queue.save').at(-1) as { items: { state: string; spec: EvaluationSpec }[] }).items.map(({ state, spec }) => `${spec.limit} ${state}`);
const button = (label: string): HTMLButtonElement | null => document.querySelector(`.drawer [aria-label^="${label}"]`);

async function open(queue: EvaluationSpec[] = []): Promise<void> {
  services = await openWorkbench({ queue: queue.map((spec, index) => ({ id: String(index), state: 'waiting' as const, spec })) }, hold);
}

afterEach(closeWorkbench);
afterAll(() => { vi.restoreAllMocks(); });

describe('several evaluations', () => {
  beforeEach(async () => {
    await open();
    for (const limit of [1, 2, 3]) void jobs().run(specOf(limit));
    await flushPromises();
    await click(document.querySelector('footer .jobs'));
  });

  it('run one after another, and what has not ended is in the workspace', async () => {
    expect(states()).toEqual(['1 running', '2 waiting', '3 waiting']);
    expect(saved()).toEqual(['1 waiting', '2 waiting', '3 waiting']);
    await running[0]?.end();
    expect(states()).toEqual(['2 running', '3 waiting', '1 done']);
    await running[1]?.end();
    await running[2]?.end();
    expect(states()).toEqual(['3 done', '2 done', '1 done']);
    expect(saved()).toEqual([]);
  });

  it('say what they measure and which is next; what ended stands below, a picture that was left out once', async () => {
    const entries = (): string[] => all('.drawer article').map((entry) => [entry.querySelector('h3')?.firstChild?.textContent, entry.querySelector('.state')?.textContent, entry.querySelector('h3 .quiet')?.textContent].map((part) => part?.trim() ?? '').join('|'));
    expect(entries()).toEqual(['fashion_vit|running|', 'fashion_vit|waiting|place 1 in the queue', 'fashion_vit|waiting|place 2 in the queue']);
    expect(text('.drawer article p')).toBe('2 cells · W4A4 · Reference · data, 1 image · seed 0');
    expect(text('.drawer .ended')).toBe('');
    const image = { file: 'val/a/1.png', reason: 'quarantined', detail: 'The engine ended twice.' };
    running[0]?.emit({ kind: 'skipped', image });
    running[0]?.emit({ kind: 'skipped', image });
    running[0]?.emit({ kind: 'note', text: 'Something to know' });
    await running[0]?.end();
    expect(entries()).toEqual(['fashion_vit|running|', 'fashion_vit|waiting|', 'fashion_vit|done|']);
    expect(text('.drawer .ended')).toBe('Finished');
    expect(text('.drawer article:last-of-type .skipped summary')).toBe('1 image skipped');
    expect(all('.drawer article:last-of-type .skipped li')).toHaveLength(1);
    expect(text('.drawer article:last-of-type .notes')).toBe('Something to know');
  });

  it('are moved and taken out of the queue', async () => {
    await click(document.querySelectorAll('.drawer [aria-label^="Sooner"]')[1]);
    expect(states()).toEqual(['1 running', '3 waiting', '2 waiting']);
    expect(saved()).toEqual(['1 waiting', '3 waiting', '2 waiting']);
    await click(document.querySelectorAll('.drawer [aria-label^="Remove"]')[0]);
    expect(states()).toEqual(['1 running', '2 waiting']);
    expect(text('footer')).toContain('1 waits');
  });

  it('are paused where they are and continued from there', async () => {
    await click(button('Pause'));
    await flushPromises();
    expect(states()).toEqual(['2 running', '1 paused', '3 waiting']);
    expect(saved()).toEqual(['2 waiting', '1 paused', '3 waiting']);
    await running[1]?.end();
    // A paused one waits for the person, not for its turn.
    expect(states()).toEqual(['3 running', '1 paused', '2 done']);
    await click(button('Continue'));
    expect(states()).toEqual(['3 running', '1 waiting', '2 done']);
    await running[2]?.end();
    expect(running.map(({ spec }) => spec.limit)).toEqual([1, 2, 3, 1]);
    expect(running[3]?.spec.resume).toBe(true);
  });
});

describe('what waited when the program ended', () => {
  it('is asked about, and goes on', async () => {
    await open([specOf(5), specOf(6)]);
    expect(states()).toEqual(['5 paused', '6 paused']);
    expect(text('.drawer .left-over')).toContain('2 evaluations were not finished when the program ended.');
    await click(document.querySelector('.left-over .primary'));
    expect(states()).toEqual(['5 running', '6 waiting']);
    expect(text('.drawer .left-over')).toBe('');
  });

  it('is let go', async () => {
    await open([specOf(5)]);
    await click(document.querySelectorAll('.left-over button')[1]);
    expect(states()).toEqual([]);
    expect(saved()).toEqual([]);
  });
});

describe('an engine that is lost', () => {
  const lost = fail('engine-lost', 'The engine stopped in the middle of this call');

  it('is waited for, and the evaluation goes on in the same workspace, resumed', async () => {
    await open();
    void jobs().run({ ...specOf(7), resume: false });
    await flushPromises();
    await running[0]?.end(lost);
    expect(states()).toEqual(['7 running']);
    expect(asked(services, 'workspace.open').at(-1)).toEqual({ file: expect.stringMatching(/./) });
    expect(running[1]?.spec).toMatchObject({ limit: 7, resume: true });
    await click(document.querySelector('footer .jobs'));
    expect(text('.drawer')).toContain('The engine was lost once');
    await running[1]?.end();
    expect(states()).toEqual(['7 done']);
  });

  it('again and again without one more image ends the evaluation', async () => {
    await open();
    void jobs().run(specOf(8));
    await flushPromises();
    for (let loss = 0; loss < 4; loss++) await running[loss]?.end(lost);
    expect(states()).toEqual(['8 failed']);
    expect(running).toHaveLength(4);
  });
});
