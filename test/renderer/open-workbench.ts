/** Mounts the window around the fixture's engine and shell; the test itself mocks vue-echarts, whose canvases its DOM does not have. */
import { flushPromises } from '@vue/test-utils';
import type { App } from 'vue';
import { createWorkbench } from '../../src/renderer/src/workbench';
import type { FixtureOptions } from './fixture-services';
import { makeServices } from './fixture-services';

export type Fixture = ReturnType<typeof makeServices>;

let app: App | null = null;

export async function openWorkbench(options: FixtureOptions = {}, prepare: (services: Fixture) => void = () => undefined): Promise<Fixture> {
  closeWorkbench();
  document.body.innerHTML = '<div id="app"></div>';
  // As wide as the window starts: both panels are open.
  Reflect.set(window, 'innerWidth', 1440);
  const services = makeServices(options);
  prepare(services);
  app = createWorkbench(services);
  app.mount('#app');
  await flushPromises();
  return services;
}

export function closeWorkbench(): void {
  app?.unmount();
  app = null;
}

export const text = (selector: string): string => document.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
export const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];
export const asked = (services: Fixture, method: string): unknown[] => services.engine.asked.filter((call) => call.method === method).map((call) => call.params);

export async function press(key: string, init: KeyboardEventInit = {}, target: EventTarget = document.activeElement ?? document.body): Promise<void> {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }));
  await flushPromises();
}

export async function click(element: Element | undefined | null, init: MouseEventInit = {}): Promise<void> {
  if (!(element instanceof HTMLElement)) throw new Error('nothing to click');
  element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...init }));
  await flushPromises();
}

/** Opens a menu by its trigger and gives its entries by their text. */
export async function openMenu(trigger: Element | undefined | null): Promise<HTMLElement[]> {
  if (!(trigger instanceof HTMLElement)) throw new Error('no trigger');
  trigger.focus();
  await press('Enter', {}, trigger);
  return all('[role=menuitemradio], [role=menuitem]');
}
