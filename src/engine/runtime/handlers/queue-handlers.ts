/** Evaluations that wait in the workspace, and other workspaces taken into it. */
import type { Desk, HandlersOf } from './desk';

export function queueHandlers(desk: Desk): HandlersOf<'queue' | 'merge'> {
  return {
    'queue.list': async () => ({ items: [...(await (await desk.store()).queue())] }),
    'queue.save': async ({ items }) => {
      await (await desk.store()).saveQueue(items);
      return null;
    },
    'merge.files': ({ files }) => desk.mergeFiles(files),
  };
}
