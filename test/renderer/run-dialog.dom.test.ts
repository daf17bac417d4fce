/** What an evaluation is started with: several draws at once, and nothing that the engine has already refused. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fail } from '../../src/shared/failure';
import type { CallOptions, EngineMethod, ParamsOf, ResultOf } from '../../src/shared/engine-contract';
import { all, asked, click, closeWorkbench, openWorkbench, text, type Fixture } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

async function open(prepare: (services: Fixture) => void = () => undefined): Promise<Fixture> {
  const services = await openWorkbench({}, prepare);
  await click(all('.context .run')[0]);
  return services;
}

const field = (label: string): HTMLInputElement => {
  const found = [...document.querySelectorAll('[role=dialog] label')].find((other) => other.textContent === label);
  const input = document.getElementById(found?.getAttribute('for') ?? '');
  if (!(input instanceof HTMLInputElement)) throw new Error(`no field ${label}`);
  return input;
};

async function write(input: HTMLInputElement, value: string): Promise<void> {
  input.value = value;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await flushPromises();
}

const start = (): HTMLButtonElement => {
  const button = all('[role=dialog] .footer .primary')[0];
  if (!(button instanceof HTMLButtonElement)) throw new Error('no button');
  return button;
};

describe('seeds', () => {
  it('several are one job, estimated and counted with FP32 once', async () => {
    const services = await open();
    expect(start().textContent).toBe('Run 14 cells');
    await write(field('Seeds'), '0-1 3');
    expect(field('Seeds').value).toBe('0, 1, 3');
    expect(start().textContent).toBe('Run 38 cells');
    expect(asked(services, 'evaluation.estimate').at(-1)).toMatchObject({ seeds: [0, 1, 3] });
    await click(start());
    expect(asked(services, 'evaluation.run')).toMatchObject([{ seeds: [0, 1, 3], withFp32: true }]);
  });

  it.each(['', 'x', '1.5', '-1', '3-1', '0-99'])('"%s" is put back', async (wrong) => {
    const services = await open();
    await write(field('Seeds'), '2');
    const before = asked(services, 'evaluation.estimate').length;
    await write(field('Seeds'), wrong);
    expect(field('Seeds').value).toBe('2');
    expect(asked(services, 'evaluation.estimate')).toHaveLength(before);
  });
});

describe('settings that the engine refuses', () => {
  it('are said, and cannot be run until they are others', async () => {
    await open(({ engine }) => {
      const call = engine.call.bind(engine);
      engine.call = async <M extends EngineMethod>(method: M, params: ParamsOf<M>, options?: CallOptions<M>): Promise<ResultOf<M>> => {
        if (method === 'evaluation.estimate' && JSON.stringify(params).includes('"models":["/sample/fashion_swin.onnx"]')) throw fail('recipe', 'No site of this model is called blocks.9.*', { place: 'overrides', next: 'Choose another recipe' });
        return call(method, params, options);
      };
    });
    expect(start().disabled).toBe(false);
    const model = all('[role=dialog] fieldset input')[0];
    await click(model);
    expect(text('[role=dialog] .failure')).toContain('No site of this model is called blocks.9.*');
    expect(start().disabled).toBe(true);
    await click(model);
    expect(start().disabled).toBe(false);
  });
});
