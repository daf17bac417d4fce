/** The rows of a table that are in sight, out of any number of equal height, and how they are walked through by keys. */
import { useVirtualizer } from '@tanstack/vue-virtual';
import { computed, nextTick, type ComputedRef, type Ref } from 'vue';

export interface RowWindow<Row> {
  readonly visible: ComputedRef<{ readonly row: Row; readonly index: number }[]>;
  /** Heights in pixels of what lies above and below the visible rows. */
  readonly before: ComputedRef<number>;
  readonly after: ComputedRef<number>;
  /** Brings the first row for which this holds into sight; nothing happens when there is none. */
  readonly reveal: (wanted: (row: Row) => boolean) => void;
  readonly toTop: () => void;
  /** Brings a row into sight and gives the focus to its element with `data-row`. */
  readonly focus: (index: number) => Promise<void>;
}

/**
 * @param rows in the order shown
 * @param box what scrolls
 * @param rowHeight of every row, and `headHeight` of the head that stays above them: pixels
 */
export function useRowWindow<Row>(rows: ComputedRef<readonly Row[]>, box: Ref<HTMLElement | null>, { rowHeight, headHeight }: { readonly rowHeight: number; readonly headHeight: number }): RowWindow<Row> {
  const virtual = useVirtualizer(computed(() => ({ count: rows.value.length, getScrollElement: () => box.value, estimateSize: () => rowHeight, overscan: 8, scrollPaddingStart: headHeight })));
  const show = (index: number): void => virtual.value.scrollToIndex(index, { align: 'auto' });
  return {
    visible: computed(() => virtual.value.getVirtualItems().flatMap(({ index }) => {
      const row = rows.value[index];
      return row === undefined ? [] : [{ row, index }];
    })),
    before: computed(() => virtual.value.getVirtualItems()[0]?.start ?? 0),
    after: computed(() => virtual.value.getTotalSize() - (virtual.value.getVirtualItems().at(-1)?.end ?? 0)),
    reveal: (wanted) => {
      const index = rows.value.findIndex(wanted);
      if (index >= 0) show(index);
    },
    toTop: () => virtual.value.scrollToOffset(0),
    focus: async (index) => {
      show(index);
      await nextTick();
      const found = box.value?.querySelector(`[data-row="${index}"]`);
      if (found instanceof HTMLElement) found.focus();
    },
  };
}
