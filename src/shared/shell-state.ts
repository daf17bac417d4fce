/** What the shell remembers between starts: one small JSON file in the user-data folder. */
import * as v from 'valibot';
import { localeSchema, recentSchema, themeSchema, type Recent } from './window-contract';

const pixels = v.pipe(v.number(), v.integer());

export const windowBoundsSchema = v.object({
  x: v.nullable(pixels),
  y: v.nullable(pixels),
  width: v.pipe(pixels, v.minValue(1)),
  height: v.pipe(pixels, v.minValue(1)),
  maximized: v.boolean(),
});
export type WindowBounds = Readonly<v.InferOutput<typeof windowBoundsSchema>>;

/** Each field falls back alone: a file from an older version loses nothing that is still understood. */
const shellStateSchema = v.object({
  bounds: v.fallback(windowBoundsSchema, { x: null, y: null, width: 1440, height: 900, maximized: false }),
  theme: v.fallback(themeSchema, 'system'),
  /** null = the system's language. */
  locale: v.fallback(v.nullable(localeSchema), null),
  recents: v.fallback(v.array(recentSchema), []),
  /** Where the last dialog ended. */
  lastFolder: v.fallback(v.nullable(v.string()), null),
});
export type ShellState = Readonly<v.InferOutput<typeof shellStateSchema>>;

const maxRecents = 12;

/** The state as stored, with defaults for whatever is missing or not understood (also for no file at all). */
export function readShellState(json: unknown): ShellState {
  return v.parse(shellStateSchema, typeof json === 'object' && json !== null ? json : {});
}

/** Puts `recent` first and drops its older mention and the oldest beyond twelve. */
export function addRecent(recents: readonly Recent[], recent: Recent): Recent[] {
  return [recent, ...removeRecent(recents, recent)].slice(0, maxRecents);
}

export function removeRecent(recents: readonly Recent[], recent: Recent): Recent[] {
  return recents.filter((other) => other.kind !== recent.kind || other.path !== recent.path);
}
