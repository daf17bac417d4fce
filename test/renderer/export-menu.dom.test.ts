/** The way out of the program that all charts share: the drawing and its figures. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { all, click, closeWorkbench, openMenu, openWorkbench } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

it('a chart is saved as SVG and as its figures', async () => {
  const services = await openWorkbench();
  for (const [kind, content] of [['SVG', /^<svg[\s\S]*fashion_vit/], ['CSV', /^model,scheme/]] as const) {
    const entries = await openMenu(all('.forest button').find((button) => button.getAttribute('aria-haspopup') === 'menu'));
    expect(entries.map((entry) => /\((\w+)\)/.exec(entry.textContent ?? '')?.[1])).toEqual(['PNG', 'SVG', 'CSV', 'JSON']);
    await click(entries.find((entry) => entry.textContent?.includes(`(${kind})`)));
    await flushPromises();
    await vi.waitFor(() => expect(services.bridge.calls.at(-1)).toMatchObject({ method: 'file.save', params: { name: 'board-forest', kind: kind.toLowerCase(), data: expect.stringMatching(content) } }));
  }
});
