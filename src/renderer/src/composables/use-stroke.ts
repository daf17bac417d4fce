/** How a key is written on this system: "Ctrl+B", on a Mac "⌘+B". */
import { usePreferences } from '../stores/preferences';
import { shortcuts, type ShortcutId, strokeText } from '../shortcuts';

export interface StrokeNames {
  /** The first way to press it. */
  first(id: ShortcutId): string;
  /** All ways to press it. */
  all(id: ShortcutId): string[];
}

export function useStroke(): StrokeNames {
  const preferences = usePreferences();
  const all = (id: ShortcutId): string[] => shortcuts[id].strokes.map((stroke) => strokeText(stroke, preferences.info?.platform === 'darwin'));
  return { all, first: (id) => all(id)[0] ?? '' };
}
