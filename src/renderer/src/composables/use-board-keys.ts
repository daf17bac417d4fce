/** Walking and comparing on the board by keys, and the cell that its menu is about. Cells are buttons that say their place: data-row, data-rows, data-column. */
import { shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { SchemeLadder } from '../board/types';
import type { BoardRow } from '../board/board-rows';
import { stepOnGrid } from '../board/step-on-grid';
import type { SchemeId } from '../../../shared/settings';
import { pressedIn } from '../shortcuts';
import { useComparison } from '../stores/comparison';
import type { BoardChoice } from './use-board-choice';

/** A cell by what it stands for. */
export interface BoardPlace {
  readonly row: BoardRow;
  readonly scheme: SchemeId;
}

export interface BoardKeys {
  /** The cell that the menu is about: the one under the pointer, or the one with the focus. */
  readonly pointed: ShallowRef<BoardPlace | null>;
  readonly point: (event: Event) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

export function useBoardKeys(rows: ComputedRef<readonly BoardRow[]>, columns: ComputedRef<readonly SchemeLadder[]>, choice: BoardChoice): BoardKeys {
  const comparison = useComparison();
  const pointed = shallowRef<BoardPlace | null>(null);

  function behind(element: Element | null): BoardPlace | null {
    if (!(element instanceof HTMLElement)) return null;
    const row = rows.value[Number(element.dataset['row'])];
    const column = Number(element.dataset['column']);
    const scheme = column === 0 ? 'none' : columns.value[column - 1]?.id;
    return row === undefined || scheme === undefined ? null : { row, scheme };
  }

  function onKey(event: KeyboardEvent): void {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    const found = pressedIn('board', event);
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button.cell')];
    const at = buttons.findIndex((button) => button === event.target);
    const here = behind(buttons[at] ?? null);
    switch (found) {
      case 'boardMove':
      case 'boardExtend': {
        const places = buttons.map(({ dataset }) => ({ row: Number(dataset['row']), rows: Number(dataset['rows']), column: Number(dataset['column']) }));
        const next = stepOnGrid(places, at, event.key);
        if (next === null) return;
        buttons[next]?.focus();
        const there = behind(buttons[next] ?? null);
        if (found === 'boardExtend' && there !== null) choice.extend(there.row, there.scheme);
        break;
      }
      case 'boardToggle':
        if (here !== null) choice.toggle(here.row, here.scheme);
        break;
      case 'boardClear':
        if (!comparison.active) return;
        comparison.clear();
        break;
      // Enter and Space are the button's own.
      default: return;
    }
    event.preventDefault();
  }

  function point(event: Event): void {
    pointed.value = event.target instanceof Element ? behind(event.target.closest('button.cell')) : null;
    // Elsewhere on the table there is nothing to choose.
    if (pointed.value === null) event.stopPropagation();
  }

  return { pointed, point, onKey };
}
