/**
 * An engine that was lost is back, and has the workspace open again: whoever's question went down with the old one asks it anew. It is told
 * after the workspace is open, because a question before that would be answered from another.
 */
import { onScopeDispose } from 'vue';

const listeners = new Set<() => void>();

/** As long as the component or store lives that calls this. */
export function onEngineReturn(listener: () => void): void {
  listeners.add(listener);
  onScopeDispose(() => listeners.delete(listener));
}

export function announceEngineReturn(): void {
  for (const listener of [...listeners]) listener();
}
