/** The inspector says of a run how pictures and labels reached the network. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { i18n } from '../../src/renderer/src/i18n';
import type { RunSettings } from '../../src/shared/settings';
import { makeRuns } from './fixture-data';
import { closeWorkbench, openWorkbench, text } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(() => {
  closeWorkbench();
  i18n.global.locale.value = 'en';
});

async function facts(change: Partial<RunSettings>, language: 'en' | 'ko' = 'en'): Promise<string> {
  await openWorkbench({ runs: makeRuns().map((run) => ({ ...run, settings: { ...run.settings, ...change } })) });
  i18n.global.locale.value = language;
  await flushPromises();
  return text('.inspector dl');
}

const odd: Partial<RunSettings> = { preprocess: { mean: [0, 0, 0], std: [1, 1, 1], cropPct: 0.875, interpolation: 'lanczos', channels: 'bgr', resize: 'squash' }, labelMap: 'plus-one', imageList: ['val/a.png'] };

describe('facts of a run', () => {
  it('name what is not the plain way', async () => {
    const said = await facts(odd);
    for (const words of ['Picturesboth sides (squash), centre 0.875, Lanczos, mean 0 0 0, deviation 1 1 1, blue first (BGR)', 'Labelsplus-one: output = label + 1', 'Image listchosen by hand']) expect(said).toContain(words);
  });

  it('name it in Korean', async () => {
    const said = await facts(odd, 'ko');
    for (const words of ['두 변 모두 (squash), 가운데 0.875, Lanczos', '파랑 먼저 (BGR)', 'plus-one: 출력 = 레이블 + 1', '이미지 목록직접 고름']) expect(said).toContain(words);
  });

  it('say the plain way in one line, and nothing of labels', async () => {
    const said = await facts({});
    expect(said).toMatch(/Picturesshort side, centre [\d.]+, bicubic, mean/);
    for (const words of ['Labels', 'Image list', 'BGR', 'squash']) expect(said).not.toContain(words);
  });
});
