/** Keys that work on every page. The same actions are buttons and menu entries. */
import { onMounted, onUnmounted } from 'vue';
import { usePreferences } from '../stores/preferences';
import { type Page, pages, useSelection } from '../stores/selection';

/** Whether the key belongs to what has the focus (text fields, open menus and dialogs). */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input:not([type=radio]):not([type=checkbox]), textarea, [role=menu], [role=dialog]') !== null;
}

export function useFrameKeys(): void {
  const preferences = usePreferences();
  const selection = useSelection();

  /** The page of Ctrl+1 to Ctrl+6. */
  const numbered = (key: string): Page | null => pages[Number(key) - 1] ?? null;

  function onKey(event: KeyboardEvent): void {
    const ctrl = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (ctrl && key === 'b') {
      if (event.shiftKey) preferences.rightOpen = !preferences.rightOpen;
      else preferences.leftOpen = !preferences.leftOpen;
    } else if (ctrl && key === 'j') preferences.drawerOpen = !preferences.drawerOpen;
    else if (event.altKey && key === 'arrowleft') selection.back();
    else if (event.altKey && key === 'arrowright') selection.forward();
    else if (ctrl && !event.shiftKey && numbered(key) !== null) selection.go({ page: numbered(key) ?? 'board' });
    else return;
    event.preventDefault();
  }

  onMounted(() => window.addEventListener('keydown', onKey));
  onUnmounted(() => window.removeEventListener('keydown', onKey));
}
