/** What a person calls things of the workspace: the one that is being named, and the naming. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { Naming } from '../../../shared/naming';
import { useServices } from '../services';
import { useCommands } from './commands';
import { useWorkspace } from './workspace';

export interface AskedNaming extends Naming {
  /** What the thing is called now; `name` is empty where nobody named it. */
  readonly shown: string;
}

export const useNaming = defineStore('naming', () => {
  const { engine } = useServices();
  const workspace = useWorkspace();
  const commands = useCommands();
  const asked = shallowRef<AskedNaming | null>(null);

  const rename = (naming: Naming): Promise<void> => commands.attempt(async () => {
    asked.value = null;
    await engine.call('workspace.rename', naming);
    await workspace.refresh();
  });

  return { asked, rename };
});
