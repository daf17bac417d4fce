/** The models of the published table in the window: nothing is fetched before the person said yes to what is shown. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineMethod } from '../../src/shared/engine-contract';
import { fail } from '../../src/shared/failure';
import type { KnownModels } from '../../src/shared/known-models';
import { i18n } from '../../src/renderer/src/i18n';
import { all, asked, click, closeWorkbench, openWorkbench, text, type Fixture } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { name: 'VChart', props: ['option'], template: '<div class="echart" />' } }));

const facts: KnownModels['models'][number]['facts'] = {
  name: 'vit_small', title: 'ViT-S', architecture: 'vit_small_patch16_224', tag: 'augreg_in21k_ft_in1k', licence: { id: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' }, page: 'https://huggingface.co/timm/vit', url: 'https://huggingface.co/timm/vit/resolve/main/model.safetensors',
  parameters: 22_050_664, bytes: 88_202_656, sha256: null, top1: { value: 81.39, source: 'the page', url: 'https://github.com/jiho264/BitLog2' },
};
const absent: KnownModels = {
  folder: '/w/models',
  models: [
    { facts, target: '/w/models/vit.safetensors', state: { kind: 'absent', bytes: 0 } },
    { facts: { ...facts, name: 'deit_tiny', title: 'DeiT-T' }, target: '/w/models/deit.safetensors', state: { kind: 'present', file: '/w/models/deit_tiny_patch16_224.other.onnx', bytes: 5, tag: 'other', foreign: true, sha256: null, origin: null } },
    { facts: { ...facts, name: 'swin_tiny', title: 'Swin-T' }, target: '/w/models/swin.safetensors', state: { kind: 'absent', bytes: 1_000_000 } },
  ],
};
const origin = { url: facts.url, bytes: 88_216_496, sha256: 'ab'.repeat(32), checked: 'server' as const };
const present: KnownModels = { ...absent, models: absent.models.map((model) => (model.facts.name === 'vit_small' ? { ...model, state: { kind: 'present', file: model.target, bytes: origin.bytes, tag: facts.tag, foreign: false, sha256: null, origin } } : model)) };

let known: KnownModels;
let finish: () => void;
let failing: boolean;

async function open(): Promise<Fixture> {
  return openWorkbench({}, (services) => {
    const call = services.engine.call.bind(services.engine);
    services.engine.call = async (method, params, options) => {
      const own: Partial<Record<EngineMethod, () => Promise<unknown>>> = {
        'models.known': async () => known,
        'models.get': async () => {
          (options?.onEvent as ((event: unknown) => void) | undefined)?.({ kind: 'progress', done: 44_000_000, total: 88_000_000 });
          await new Promise<void>((resolve, reject) => {
            finish = resolve;
            options?.signal?.addEventListener('abort', () => reject(fail('stopped', 'Stopped')));
          });
          if (failing) throw fail('download', 'The file that came is not the right one', { file: '/w/models/vit.safetensors' });
          known = present;
          return { file: '/w/models/vit.safetensors', bytes: 1, sha256: origin.sha256, checked: 'server', resumedFrom: 0 };
        },
      };
      const answer = own[method];
      if (answer === undefined) return call(method, params, options);
      services.engine.asked.push({ method, params: structuredClone(params) });
      return await answer() as never;
    };
  });
}

const button = (words: string): HTMLElement => {
  const found = all('[role=dialog] button').find((one) => one.textContent?.includes(words));
  if (found === undefined) throw new Error(`no button ${words} in ${text('[role=dialog]')}`);
  return found;
};

beforeEach(async () => {
  known = absent;
  failing = false;
  i18n.global.locale.value = 'en';
});
afterEach(() => closeWorkbench());

async function openDialog(services?: Fixture): Promise<Fixture> {
  const fixture = services ?? await open();
  await click(document.querySelector('[aria-label="Models of the published table…"]'));
  return fixture;
}

describe('models of the published table', () => {
  it('are listed with what is there, and each has its page', async () => {
    const services = await openDialog();
    expect(asked(services, 'models.known')).toEqual([{ hashes: false }]);
    expect(all('[role=dialog] .entry').map((entry) => entry.textContent?.replace(/\s+/g, ' ').trim())).toEqual(['ViT-S vit_smallnot there', 'DeiT-T deit_tinyother weights', 'Swin-T swin_tinycut off']);
    for (const said of ['timm/vit_small_patch16_224.augreg_in21k_ft_in1k/model.safetensors', 'Apache-2.0', '22,050,664 parameters', '81.39 %', 'as said by the page', '/w/models/vit.safetensors']) expect(text('[role=dialog] .page')).toContain(said);
    await click(button('https://huggingface.co/timm/vit'));
    expect(services.bridge.calls.at(-1)).toEqual({ method: 'link.open', params: { url: 'https://huggingface.co/timm/vit' } });
    await click(button('DeiT-T'));
    expect(text('[role=dialog] .page')).toContain('These are other. The published figures belong to vit_small_patch16_224.augreg_in21k_ft_in1k.');
    expect(text('[role=dialog] .page')).toContain('not checked');
    await click(button('Swin-T'));
    expect(button('Get the rest…')).toBeTruthy();
  });

  it('are fetched after the person saw from where, how much, under which licence and to where, and said yes', async () => {
    const services = await openDialog();
    await click(button('Get it…'));
    expect(asked(services, 'models.get')).toEqual([]);
    for (const said of ['This connects to the network', facts.url, 'huggingface.co', 'Apache-2.0', '/w/models/vit.safetensors', 'SHA-256 that the server gives']) expect(text('.consent')).toContain(said);
    await click(all('.consent button').find((one) => one.textContent?.includes('Cancel')));
    expect(document.querySelector('.consent')).toBeNull();
    await click(button('Get it…'));
    await click(button('from huggingface.co'));
    expect(asked(services, 'models.get')).toEqual([{ name: 'vit_small', agreed: { url: facts.url, target: '/w/models/vit.safetensors' } }]);
    expect(document.querySelector('progress')?.getAttribute('value')).toBe('44000000');
    expect(text('[role=dialog] .entry')).toContain('50 %');
    finish();
    await flushPromises();
    expect(text('[role=dialog] .page')).toContain(`SHA-256 ${origin.sha256}, the one that the server gave`);
    expect(asked(services, 'model.add')).toEqual([{ file: '/w/models/vit.safetensors' }]);
  });

  it('can be stopped, and a failure is shown with the other jobs', async () => {
    const services = await openDialog();
    await click(button('Get it…'));
    await click(button('from huggingface.co'));
    await click(button('Cancel'));
    expect(document.querySelector('progress')).toBeNull();
    expect(asked(services, 'model.add')).toEqual([]);
    failing = true;
    await click(button('Get it…'));
    await click(button('from huggingface.co'));
    finish();
    await flushPromises();
    expect(document.body.textContent).toContain('The file that came is not the right one');
  });

  it('in Korean', async () => {
    const services = await open();
    i18n.global.locale.value = 'ko';
    await flushPromises();
    await click(document.querySelector('[aria-label="발표된 표의 모델…"]'));
    expect(text('[role=dialog]')).toContain('발표된 정확도를 측정한 가중치');
    await click(button('받기…'));
    expect(text('.consent')).toContain('네트워크에 연결합니다');
    expect(asked(services, 'models.get')).toEqual([]);
  });
});
