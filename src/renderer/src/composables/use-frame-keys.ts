/** Keys that work on every page. The same actions are buttons and menu entries. */
import { onMounted, onUnmounted } from 'vue';
import { isPressed, pressedIn, type ShortcutId } from '../shortcuts';
import { useCommands } from '../stores/commands';
import { usePreferences } from '../stores/preferences';
import { useSelection } from '../stores/selection';
import { stepRegion } from './step-region';

/** Whether the key belongs to what has the focus (text fields, open menus and dialogs). */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input:not([type=radio]):not([type=checkbox]), textarea, [role=menu], [role=dialog]') !== null;
}

/** Keys of an entry of the workspace: Delete asks whether it shall go, F2 for another name. */
export function onEntryKey(event: KeyboardEvent, actions: Readonly<Record<'remove' | 'rename', () => void>>): void {
  const id = (['remove', 'rename'] as const).find((key) => isPressed(key, event));
  if (id === undefined) return;
  event.preventDefault();
  actions[id]();
}

export function useFrameKeys(): void {
  const preferences = usePreferences();
  const selection = useSelection();
  const commands = useCommands();

  const actions: Readonly<Partial<Record<ShortcutId, () => void>>> = {
    pageBoard: () => selection.go({ page: 'board' }),
    pageLayers: () => selection.go({ page: 'layers' }),
    pageAttention: () => selection.go({ page: 'attention' }),
    pageLevels: () => selection.go({ page: 'levels' }),
    pageImages: () => selection.go({ page: 'images' }),
    pageCalibration: () => selection.go({ page: 'calibration' }),
    back: () => selection.back(),
    forward: () => selection.forward(),
    nextRegion: () => stepRegion(1),
    previousRegion: () => stepRegion(-1),
    toggleLeft: () => { preferences.leftOpen = !preferences.leftOpen; },
    toggleRight: () => { preferences.rightOpen = !preferences.rightOpen; },
    toggleJobs: () => { preferences.drawerOpen = !preferences.drawerOpen; },
    runDialog: () => { commands.runDialog = true; },
    shortcuts: () => { preferences.shortcutsOpen = true; },
  };

  function onKey(event: KeyboardEvent): void {
    const id = pressedIn('frame', event);
    const action = id === null ? undefined : actions[id];
    if (action === undefined) return;
    // A question mark may be a part of what is being written; keys with Ctrl or Alt are not.
    if (!event.ctrlKey && !event.metaKey && !event.altKey && isTyping(event.target)) return;
    action();
    event.preventDefault();
  }

  onMounted(() => window.addEventListener('keydown', onKey));
  onUnmounted(() => window.removeEventListener('keydown', onKey));
}
