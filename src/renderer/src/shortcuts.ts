/** Every key of the window, once: the handlers ask this table what was pressed, and the sheet of shortcuts shows it. */

export interface Stroke {
  /** As KeyboardEvent.key has it, letters small; `?` stands for itself wherever the keyboard has it. */
  readonly key: string;
  /** Command on a Mac. */
  readonly ctrl?: boolean;
  readonly shift?: boolean;
  readonly alt?: boolean;
}

/** Where a key works: everywhere, on the entries of the workspace, or on a page. */
export const shortcutPlaces = ['frame', 'workspace', 'board', 'layers', 'attention', 'levels', 'images', 'calibration'] as const;
export type ShortcutPlace = (typeof shortcutPlaces)[number];

interface Shortcut {
  readonly place: ShortcutPlace;
  readonly strokes: readonly Stroke[];
  /** Works while it is held down. */
  readonly held?: boolean;
}

const arrows: readonly Stroke[] = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].map((key) => ({ key }));

const table = {
  pageBoard: { place: 'frame', strokes: [{ key: '1', ctrl: true }] },
  pageLayers: { place: 'frame', strokes: [{ key: '2', ctrl: true }] },
  pageAttention: { place: 'frame', strokes: [{ key: '3', ctrl: true }] },
  pageLevels: { place: 'frame', strokes: [{ key: '4', ctrl: true }] },
  pageImages: { place: 'frame', strokes: [{ key: '5', ctrl: true }] },
  pageCalibration: { place: 'frame', strokes: [{ key: '6', ctrl: true }] },
  back: { place: 'frame', strokes: [{ key: 'ArrowLeft', alt: true }] },
  forward: { place: 'frame', strokes: [{ key: 'ArrowRight', alt: true }] },
  nextRegion: { place: 'frame', strokes: [{ key: 'F6' }] },
  previousRegion: { place: 'frame', strokes: [{ key: 'F6', shift: true }] },
  toggleLeft: { place: 'frame', strokes: [{ key: 'b', ctrl: true }] },
  toggleRight: { place: 'frame', strokes: [{ key: 'b', ctrl: true, shift: true }] },
  toggleJobs: { place: 'frame', strokes: [{ key: 'j', ctrl: true }] },
  runDialog: { place: 'frame', strokes: [{ key: 'e', ctrl: true }] },
  shortcuts: { place: 'frame', strokes: [{ key: '?' }, { key: '/', ctrl: true }] },
  workspaceMove: { place: 'workspace', strokes: arrows.slice(2) },
  rename: { place: 'workspace', strokes: [{ key: 'F2' }] },
  remove: { place: 'workspace', strokes: [{ key: 'Delete' }] },
  boardMove: { place: 'board', strokes: arrows },
  boardSelect: { place: 'board', strokes: [{ key: 'Enter' }, { key: ' ' }] },
  boardToggle: { place: 'board', strokes: [{ key: 'Enter', ctrl: true }, { key: ' ', ctrl: true }] },
  boardExtend: { place: 'board', strokes: arrows.map((stroke) => ({ ...stroke, shift: true })) },
  boardClear: { place: 'board', strokes: [{ key: 'Escape' }] },
  layersMove: { place: 'layers', strokes: arrows },
  layersUndo: { place: 'layers', strokes: [{ key: 'z', ctrl: true }] },
  layersRedo: { place: 'layers', strokes: [{ key: 'z', ctrl: true, shift: true }, { key: 'y', ctrl: true }] },
  attentionBlock: { place: 'attention', strokes: arrows.slice(0, 2) },
  attentionHead: { place: 'attention', strokes: arrows.slice(2) },
  attentionFlicker: { place: 'attention', strokes: [{ key: ' ' }], held: true },
  levelsMove: { place: 'levels', strokes: arrows },
  levelsOctave: { place: 'levels', strokes: [{ key: 'PageDown' }, { key: 'PageUp' }] },
  levelsEnds: { place: 'levels', strokes: [{ key: 'Home' }, { key: 'End' }] },
  imagesMove: { place: 'images', strokes: arrows },
  imagesPage: { place: 'images', strokes: [{ key: 'PageDown' }, { key: 'PageUp' }] },
  imagesEnds: { place: 'images', strokes: [{ key: 'Home' }, { key: 'End' }] },
  imagesOpen: { place: 'images', strokes: [{ key: 'Enter' }] },
  calibrationMove: { place: 'calibration', strokes: [{ key: 'ArrowUp' }, { key: 'ArrowDown' }] },
} as const satisfies Readonly<Record<string, Shortcut>>;

export type ShortcutId = keyof typeof table;
export const shortcuts: Readonly<Record<ShortcutId, Shortcut>> = table;
const ids = Object.keys(table) as ShortcutId[];

/** In the order of the table. */
export function shortcutsOf(place: ShortcutPlace): readonly ShortcutId[] {
  return ids.filter((id) => shortcuts[id].place === place);
}

/** The part of a keyboard event that tells which key it is. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

export function isPressed(id: ShortcutId, press: KeyPress): boolean {
  return shortcuts[id].strokes.some((stroke) => strokePressed(stroke, press));
}

/** Where arrow and paging keys lead: columns to the right, rows down. */
const directions: Readonly<Record<string, { readonly right: number; readonly down: number }>> = {
  ArrowLeft: { right: -1, down: 0 }, ArrowRight: { right: 1, down: 0 }, ArrowUp: { right: 0, down: -1 }, ArrowDown: { right: 0, down: 1 },
  PageUp: { right: 0, down: -1 }, PageDown: { right: 0, down: 1 }, Home: { right: 0, down: -1 }, End: { right: 0, down: 1 },
};

/** The direction of a key of this shortcut; null when the key is none of its keys. */
export function directionOf(id: ShortcutId, press: KeyPress): { readonly right: number; readonly down: number } | null {
  return isPressed(id, press) ? directions[press.key] ?? null : null;
}

/** What the key means in this place; null when nothing. */
export function pressedIn(place: ShortcutPlace, press: KeyPress): ShortcutId | null {
  return shortcutsOf(place).find((id) => isPressed(id, press)) ?? null;
}

function strokePressed({ key, ctrl = false, shift = false, alt = false }: Stroke, press: KeyPress): boolean {
  // A letter under Shift is a capital; `?` needs Shift on some keyboards and not on others.
  const pressed = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  return pressed === key && (press.ctrlKey || press.metaKey) === ctrl && (key === '?' || press.shiftKey === shift) && press.altKey === alt;
}

const keyNames: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', ' ': 'Space', Escape: 'Esc' };

/** "Ctrl+Shift+B". */
export function strokeText({ key, ctrl, shift, alt }: Stroke, mac = false): string {
  const name = keyNames[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return [...(ctrl === true ? [mac ? '⌘' : 'Ctrl'] : []), ...(shift === true ? ['Shift'] : []), ...(alt === true ? [mac ? '⌥' : 'Alt'] : []), name].join('+');
}
