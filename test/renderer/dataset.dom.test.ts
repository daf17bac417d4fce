/** Data sets in the window: what was seen, pictures under the names that labels give them, another choice, cancelling a long listing. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { engineSentence } from '../../src/renderer/src/engine-text/engine-words';
import { useCommands } from '../../src/renderer/src/stores/commands';
import { useWorkspace } from '../../src/renderer/src/stores/workspace';
import { fail } from '../../src/shared/failure';
import { remarkText } from '../../src/engine/core/datasets/dataset-listing';
import { dataset } from './fixture-data';
import { all, asked, click, closeWorkbench, openWorkbench as open, text } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

const flat = { ...dataset, layout: 'flat-val' };
const button = (name: string): HTMLElement | undefined => all('.dataset button').find((other) => other.textContent === name);
const captions = (): (string | null)[] => all('.dataset figcaption').map((caption) => caption.textContent);

describe('a data set that is looked at', () => {
  it('shows what was seen and pictures under their names; class folders leave nothing to choose', async () => {
    await open();
    await click(all('.look button')[0]);
    expect(text('.dataset h2')).toBe('How sample was read');
    expect(text('.dataset .notes')).toBe('Seen: 10 classes, 1,000 pictures to evaluate, 128 to calibrate on; class folders in the order of their names.');
    expect(captions()).toEqual(dataset.classes.map(({ name }) => name));
    expect(all('.dataset .gone')).toHaveLength(1);
    expect(all('.dataset [role=radio], .dataset input')).toHaveLength(0);
    expect(button('Use these labels')).toBeUndefined();
    await click(button('Close'));
    expect(all('.dataset')).toHaveLength(0);
  });

  it('shows the names that another order would give, and takes it over', async () => {
    const services = await open();
    useCommands().lookingAt = flat;
    await flushPromises();
    const before = captions();
    expect(button('Use these labels')?.hasAttribute('disabled')).toBe(true);
    const devkit = all('.dataset input').find((input) => input.getAttribute('value') === 'devkit');
    devkit?.dispatchEvent(new Event('change'));
    await flushPromises();
    expect(captions()).not.toEqual(before);
    await click(button('Use these labels'));
    expect(asked(services, 'dataset.add')).toEqual([{ root: dataset.root, labels: { file: null, order: 'devkit' } }]);
    // Runs were made on the old labels, so they stay.
    expect(asked(services, 'workspace.remove')).toEqual([]);
    expect(all('.dataset')).toHaveLength(0);
  });

  it('takes a label file from a dialog, and lets go of it', async () => {
    const services = await open();
    services.bridge.answers['dialog.labels'] = { file: '/lists/mine.txt' };
    useCommands().lookingAt = flat;
    await flushPromises();
    await click(button('Choose…'));
    expect(text('.dataset .file .name')).toBe('mine.txt');
    expect(asked(services, 'dataset.preview').at(-1)).toEqual({ root: dataset.root, pictures: 12, labels: { file: '/lists/mine.txt', order: 'auto' } });
    await click(button('Take what is found'));
    expect(asked(services, 'dataset.preview').at(-1)).toEqual({ root: dataset.root, pictures: 12 });
  });

  it('says why a choice cannot be used', async () => {
    const { engine } = await open();
    vi.spyOn(engine, 'call').mockImplementation(() => Promise.reject(fail('dataset-layout', 'A label of the file is out of range: 1001', { file: '/lists/mine.txt', next: 'Choose another order of the labels, or another file' })));
    useCommands().lookingAt = flat;
    await flushPromises();
    expect(text('.dataset .failure')).toContain('A label of the file is out of range: 1001');
    expect(button('Use these labels')?.hasAttribute('disabled')).toBe(true);
  });
});

describe('opening a data set', () => {
  it('whose labels were a guess shows it at once; class folders do not ask', async () => {
    const { engine, bridge } = await open();
    bridge.answers['dialog.dataset'] = { folder: '/imagenet' };
    await useCommands().openDataset();
    expect(useCommands().lookingAt).toBeNull();
    vi.spyOn(useWorkspace(), 'addDataset').mockResolvedValue(flat);
    vi.spyOn(engine, 'call').mockImplementation(() => new Promise(() => undefined));
    await useCommands().openDataset();
    expect(useCommands().lookingAt).toEqual(flat);
  });

  it('can be cancelled while it is read, and that is no failure', async () => {
    const { bridge } = await open();
    bridge.answers['dialog.dataset'] = { folder: '/imagenet' };
    vi.spyOn(useWorkspace(), 'addDataset').mockImplementation((_question, { signal }) => new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(fail('stopped', 'Listing the data set was stopped')));
    }));
    const opening = useCommands().openDataset();
    await flushPromises();
    await click(all('.status .cancel')[0]);
    await opening;
    expect(useCommands().failure).toBeNull();
    expect(all('.status .cancel')).toHaveLength(0);
  });
});

it('what was seen is said in Korean too', () => {
  const origins = [
    'class folders named by WordNet id', 'class folders in the order of their names', 'labels by the numbers in ImageNet\'s own file names', 'labels by the folders in the archive',
    'labels from ILSVRC2012_validation_ground_truth.txt, the development kit\'s own order of classes; 100.0 % agree with the published labels of pictures with these names',
    'labels from val.txt, sorted WordNet ids, counted from 0', 'labels from a.parquet, the file\'s own 3 classes', 'labels from mine.txt, the development kit\'s own order of classes',
  ];
  for (const origin of origins) {
    for (const train of [0, 1281167]) {
      const said = engineSentence(remarkText({ key: 'dataset.seen', classes: 1000, images: 50000, train, origin }), 'ko');
      expect(said).toMatch(/^클래스 1,000개, 평가 이미지 50,000장/);
      expect(said).not.toMatch(/\$\d|\bto evaluate\b/);
    }
  }
  expect(engineSentence(remarkText({ key: 'dataset.shardsMissing', found: 2, of: 14 }), 'ko')).toBe('parquet 파일 14개 가운데 2개만 있어 일부만 평가합니다.');
});
