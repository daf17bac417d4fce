/** Arrow keys move through blocks and heads; space, held, puts FP32 where the quantised map stands. */
import type { Ref } from 'vue';
import { onMounted, onUnmounted, ref } from 'vue';
import type { ModelRecord } from '../../../shared/records';
import { isPressed } from '../shortcuts';
import { useSelection } from '../stores/selection';
import { isTyping } from './use-frame-keys';

/** The next block and head, staying inside the model. */
export function stepHead(model: ModelRecord, block: number, head: number, key: string): { block: number; head: number } | null {
  const clamp = (value: number, count: number): number => Math.min(Math.max(0, count - 1), Math.max(0, value));
  const nextBlock = clamp(block + (key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0), model.blocks.length);
  const nextHead = clamp(head + (key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0), model.blocks[nextBlock]?.heads ?? 1);
  return nextBlock === block && nextHead === head ? null : { block: nextBlock, head: nextHead };
}

export function useAttentionKeys(model: () => ModelRecord | null): { readonly flicker: Ref<boolean> } {
  const selection = useSelection();
  const flicker = ref(false);

  function belongsElsewhere(event: KeyboardEvent): boolean {
    if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return true;
    return event.target instanceof HTMLElement && event.target.closest('[role=radiogroup], [role=listbox]') !== null;
  }

  function onDown(event: KeyboardEvent): void {
    if (belongsElsewhere(event)) return;
    if (isPressed('attentionFlicker', event)) {
      // A focused button keeps its space key.
      if (event.target instanceof HTMLButtonElement && event.target.closest('[data-flicker]') === null) return;
      flicker.value = true;
      event.preventDefault();
      return;
    }
    const found = model();
    if (!(isPressed('attentionBlock', event) || isPressed('attentionHead', event)) || found === null) return;
    const next = stepHead(found, selection.current.block, selection.current.head, event.key);
    if (next !== null) selection.go(next);
    event.preventDefault();
  }

  function onUp(event: KeyboardEvent): void {
    if (event.key === ' ') flicker.value = false;
  }

  onMounted(() => {
    window.addEventListener('keydown', onDown);
    window.addEventListener('keyup', onUp);
  });
  onUnmounted(() => {
    window.removeEventListener('keydown', onDown);
    window.removeEventListener('keyup', onUp);
  });
  return { flicker };
}
