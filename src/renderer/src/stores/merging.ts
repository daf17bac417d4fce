/** Other workspaces taken into the open one: which, and what came of it. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { toFailure, type Failure } from '../../../shared/failure';
import type { MergeResult } from '../../../shared/merge';
import { useServices, useShell } from '../services';
import { useCommands } from './commands';
import { useWorkspace } from './workspace';

export const useMerging = defineStore('merging', () => {
  const { engine } = useServices();
  const shell = useShell();
  const workspace = useWorkspace();
  const commands = useCommands();
  const dialog = ref(false);
  const files = shallowRef<readonly string[]>([]);
  const busy = ref(false);
  const result = shallowRef<MergeResult | null>(null);
  const failure = shallowRef<Failure | null>(null);
  /** A workspace that somebody else held when the one that is open now was begun: the one to merge with. */
  const held = shallowRef<{ readonly file: string; readonly besides: string } | null>(null);

  const heldBefore = (file: string): boolean => held.value?.file === file && held.value.besides === workspace.summary?.file;

  /** Opens the dialog; a workspace that was held is proposed. */
  function ask(): void {
    if (workspace.summary === null) return;
    files.value = held.value !== null && held.value.besides === workspace.summary.file ? [held.value.file] : [];
    result.value = null;
    failure.value = null;
    dialog.value = true;
  }

  /** Begins a new workspace because `file` is held by another program. */
  async function beginBeside(file: string | null): Promise<void> {
    const before = workspace.summary?.file;
    await commands.openWorkspace(true);
    const now = workspace.summary?.file;
    if (file !== null && now !== undefined && now !== before && workspace.failure === null) held.value = { file, besides: now };
  }

  async function choose(): Promise<void> {
    const chosen = await shell('dialog.merge', null);
    add(chosen.files);
  }

  /** What is chosen already, or is the open one, is not added. */
  function add(more: readonly string[]): void {
    files.value = [...new Set([...files.value, ...more])].filter((file) => file !== workspace.summary?.file);
    result.value = null;
  }

  function leaveOut(file: string): void {
    files.value = files.value.filter((other) => other !== file);
  }

  async function merge(): Promise<void> {
    busy.value = true;
    failure.value = null;
    try {
      result.value = await engine.call('merge.files', { files: [...files.value] });
      files.value = [];
      held.value = null;
    } catch (error) {
      failure.value = toFailure(error);
    }
    busy.value = false;
    // Also after a failure: what was merged before it is there.
    await workspace.refresh().catch((error: unknown) => {
      failure.value ??= toFailure(error);
    });
  }

  return { dialog, files, busy, result, failure, heldBefore, ask, beginBeside, choose, leaveOut, merge };
});
