/** Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) on the draft of exceptions. The same steps are buttons. */
import { onMounted, onUnmounted } from 'vue';
import { useOverrides } from '../stores/overrides';
import { isPressed } from '../shortcuts';
import { isTyping } from './use-frame-keys';

export function useDraftKeys(runId: () => string): void {
  const overrides = useOverrides();

  function onKey(event: KeyboardEvent): void {
    if (isTyping(event.target)) return;
    if (isPressed('layersRedo', event)) overrides.redo(runId());
    else if (isPressed('layersUndo', event)) overrides.undo(runId());
    else return;
    event.preventDefault();
  }

  onMounted(() => window.addEventListener('keydown', onKey));
  onUnmounted(() => window.removeEventListener('keydown', onKey));
}
