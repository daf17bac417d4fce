import type { WindowBounds } from '../shared/shell-state';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const smallestWindow = { width: 1024, height: 700 } as const;

/** How much of the window must lie on a screen for a person to find it again. */
const visiblePixels = 120;

function overlap(start: number, length: number, otherStart: number, otherLength: number): number {
  return Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart);
}

/**
 * Where to put the window: as it was left, but never larger than the screen nor on a screen that is gone.
 * Without x and y the system centres it.
 *
 * @param screens work areas, the primary one first
 */
export function placeWindow(saved: WindowBounds, screens: readonly Area[]): { x?: number; y?: number; width: number; height: number } {
  const { x, y } = saved;
  const home =
    x === null || y === null
      ? undefined
      : screens.find(
          (screen) =>
            overlap(x, saved.width, screen.x, screen.width) >= visiblePixels && overlap(y, saved.height, screen.y, screen.height) >= visiblePixels,
        );
  const room = home ?? screens[0];
  const width = Math.max(smallestWindow.width, Math.min(saved.width, room?.width ?? saved.width));
  const height = Math.max(smallestWindow.height, Math.min(saved.height, room?.height ?? saved.height));
  return home && x !== null && y !== null ? { x, y, width, height } : { width, height };
}
