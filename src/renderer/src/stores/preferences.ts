/** Theme, language and folded panels. Theme and language are kept by the shell; folds last for the session. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watchEffect } from 'vue';
import type { Locale, Recent, ShellInfo, Theme } from '../../../shared/window-contract';
import { i18n } from '../i18n';
import { useShell } from '../services';

/** Under this width both side panels do not fit beside a page: the left one is folded when the window becomes that narrow. */
const narrow = 1180;

/** The foldable parts of the workspace panel. */
export type TreePart = 'models' | 'data' | 'runs' | 'recents';

export const usePreferences = defineStore('preferences', () => {
  const shell = useShell();
  const theme = ref<Theme>('system');
  const locale = ref<Locale>('en');
  const systemDark = ref(false);
  const recents = ref<readonly Recent[]>([]);
  /** Paths of recents that are not there any more. */
  const missing = ref<readonly string[]>([]);
  const leftOpen = ref(window.innerWidth >= narrow);
  const rightOpen = ref(true);
  window.matchMedia(`(max-width: ${narrow - 1}px)`).addEventListener('change', ({ matches }) => { leftOpen.value = !matches; });
  const drawerOpen = ref(false);
  const shortcutsOpen = ref(false);
  const foldedParts = ref<readonly TreePart[]>([]);
  const aboutOpen = ref(false);
  const info = shallowRef<ShellInfo | null>(null);
  const dark = computed(() => (theme.value === 'system' ? systemDark.value : theme.value === 'dark'));

  watchEffect(() => {
    document.documentElement.dataset['theme'] = dark.value ? 'dark' : 'light';
  }, { flush: 'sync' });
  watchEffect(() => {
    document.documentElement.lang = locale.value;
    i18n.global.locale.value = locale.value;
  });

  function adopt(next: ShellInfo): void {
    info.value = next;
    theme.value = next.theme;
    systemDark.value = next.systemDark;
    locale.value = next.locale;
    recents.value = next.recents;
  }

  async function setTheme(next: Theme): Promise<void> {
    theme.value = next;
    await shell('theme.set', { theme: next });
  }

  async function setLocale(next: Locale): Promise<void> {
    locale.value = next;
    await shell('locale.set', { locale: next });
  }

  async function remember(recent: Recent): Promise<void> {
    ({ recents: recents.value } = await shell('recents.add', recent));
    await checkRecents();
  }

  async function forget(recent: Recent): Promise<void> {
    ({ recents: recents.value } = await shell('recents.remove', { kind: recent.kind, path: recent.path }));
  }

  /** Asked at the start and whenever the window is come back to: files are moved meanwhile. */
  async function checkRecents(): Promise<void> {
    ({ missing: missing.value } = await shell('recents.check', null));
  }
  window.addEventListener('focus', () => void checkRecents());

  return { theme, locale, systemDark, recents, leftOpen, rightOpen, drawerOpen, shortcutsOpen, foldedParts, aboutOpen, info, dark, missing, adopt, setTheme, setLocale, remember, forget, checkRecents };
});
