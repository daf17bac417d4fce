/** Puts the app together around whatever engine and shell it is given. */
import { createPinia } from 'pinia';
import type { App as VueApp } from 'vue';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './i18n';
import type { Services } from './services';
import { servicesKey } from './services';
import { start } from './start';

export function createWorkbench(services: Services): VueApp {
  const app = createApp(App);
  app.provide(servicesKey, services);
  app.use(createPinia());
  app.use(i18n);
  void app.runWithContext(() => start(services));
  return app;
}
