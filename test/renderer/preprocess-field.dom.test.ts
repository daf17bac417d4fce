/** The run dialog says how pictures are prepared for each model, and every number of it can be changed. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import type { EvaluationSpec } from '../../src/shared/settings';
import { i18n } from '../../src/renderer/src/i18n';
import { all, asked, click, closeWorkbench, openWorkbench, text } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { name: 'VChart', props: ['option'], template: '<div class="echart" />' } }));
afterEach(() => closeWorkbench());

async function pick(label: string): Promise<void> {
  const found = all('[role=dialog] label').find((one) => one.textContent?.trim() === label)?.querySelector('input');
  if (!(found instanceof HTMLInputElement)) throw new Error(`no choice ${label}`);
  found.checked = true;
  found.dispatchEvent(new Event('change', { bubbles: true }));
  await flushPromises();
}

async function type(label: string, value: string): Promise<HTMLInputElement> {
  const found = all('[role=dialog] label').find((one) => one.textContent?.trim() === label);
  const input = document.getElementById(found?.getAttribute('for') ?? '');
  if (!(input instanceof HTMLInputElement)) throw new Error(`no box ${label}`);
  input.value = value;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await flushPromises();
  return input;
}

it('shows it, and takes another choice or one\'s own numbers', async () => {
  i18n.global.locale.value = 'en';
  const services = await openWorkbench();
  await click(document.querySelector('button.run'));
  expect(text('[role=dialog]')).toContain('short side to 64, centre 56, bicubic, mean 0.5 0.5 0.5, deviation 0.25 0.25 0.25');
  expect(text('[role=dialog]')).toContain('by the model\'s structure');
  const last = (): EvaluationSpec['preprocess'] => (asked(services, 'evaluation.estimate').at(-1) as EvaluationSpec).preprocess;
  expect(last()).toBe('auto');
  await pick('Swin');
  expect(last()).toBe('swin');
  await pick('own');
  expect(last()).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], cropPct: 0.875, interpolation: 'bicubic' });
  await type('Share of the picture', '1');
  await type('Mean (R, G, B)', '0.1, 0.2 0.3');
  await pick('Lanczos');
  await pick('both sides');
  await pick('blue first');
  expect(last()).toEqual({ mean: [0.1, 0.2, 0.3], std: [0.25, 0.25, 0.25], cropPct: 1, interpolation: 'lanczos', resize: 'squash', channels: 'bgr' });
  expect(text('[role=dialog]')).toContain('both sides to 56, centre 56, Lanczos, mean 0.1 0.2 0.3, deviation 0.25 0.25 0.25, blue first (BGR)');
  // What is no such number is put back.
  expect((await type('Share of the picture', '1.5')).value).toBe('1');
  expect((await type('Deviation (R, G, B)', '0.5 0 0.5')).value).toBe('0.25 0.25 0.25');
  expect((await type('Mean (R, G, B)', '0.5 0.5')).value).toBe('0.1 0.2 0.3');
  await pick('short side');
  await pick('red first');
  expect(last()).toEqual({ mean: [0.1, 0.2, 0.3], std: [0.25, 0.25, 0.25], cropPct: 1, interpolation: 'lanczos' });
});
