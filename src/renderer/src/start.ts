/** What happens when the page opens: settings, the engine's port, the workspace, and on the very first start the sample, measured. */
import { toFailure } from '../../shared/failure';
import { parseWindowEvent } from '../../shared/window-contract';
import type { Services } from './services';
import { callShell } from '../../shared/window-contract';
import { useCommands } from './stores/commands';
import { useEngineState } from './stores/engine-state';
import { useMerging } from './stores/merging';
import { usePreferences } from './stores/preferences';
import { useReproduction } from './stores/reproduction';
import { useSelection } from './stores/selection';
import { useWorkspace } from './stores/workspace';
import { assertNever } from '../../shared/assert-never';
import type { MenuCommand } from '../../shared/window-contract';

/** Runs inside the app's context (stores can be used). Never throws: what fails is shown by the page. */
export async function start(services: Services): Promise<void> {
  const workspace = useWorkspace();
  const preferences = usePreferences();
  const commands = useCommands();
  const engineState = useEngineState();
  const runMenu = menuRunner();

  services.bridge.onEvent((raw) => {
    const event = parseWindowEvent(raw);
    switch (event.kind) {
      case 'system-theme': preferences.systemDark = event.dark; break;
      case 'open-path': void commands.takeAll([event.path]); break;
      case 'menu': runMenu(event.command); break;
      case 'engine-state':
        engineState.engine = { state: event.state, detail: event.detail };
        if (event.state === 'failed') {
          workspace.failure = { kind: 'engine-lost', what: 'The engine could not be started', place: event.detail ?? undefined, next: 'Start it again; if it happens again, report this text' };
          workspace.phase = 'failed';
        }
        break;
      default: assertNever(event, 'window event');
    }
  });

  try {
    const info = await callShell(services.bridge, 'app.info', null);
    preferences.adopt(info);
    await preferences.checkRecents();
    await callShell(services.bridge, 'engine.connect', null);
    if (!(await workspace.open(info.workspace))) return;
    if (info.openSample || workspace.summary?.models.length === 0) await commands.openSample();
  } catch (error) {
    workspace.failure = toFailure(error);
    workspace.phase = 'failed';
    return;
  }

  let wasLost = false;
  services.engine.onConnection((connection) => {
    if (connection === 'connected' && wasLost) void workspace.reopen();
    wasLost = connection === 'lost';
  });
}

function menuRunner(): (command: MenuCommand) => void {
  const commands = useCommands();
  const selection = useSelection();
  const preferences = usePreferences();
  const reproduction = useReproduction();
  const merging = useMerging();
  return (command) => {
    switch (command) {
      case 'open-sample': void commands.openSample(); break;
      case 'reproduce': reproduction.dialog = true; break;
      case 'add-model': void commands.addModels(); break;
      case 'open-dataset': void commands.openDataset(); break;
      case 'open-workspace': void commands.openWorkspace(false); break;
      case 'merge-workspaces': merging.ask(); break;
      case 'new-workspace': void commands.openWorkspace(true); break;
      case 'report': void commands.saveReport(); break;
      case 'export-data': commands.exportDialog = true; break;
      case 'page-board': selection.go({ page: 'board' }); break;
      case 'page-layers': selection.go({ page: 'layers' }); break;
      case 'page-attention': selection.go({ page: 'attention' }); break;
      case 'page-levels': selection.go({ page: 'levels' }); break;
      case 'page-images': selection.go({ page: 'images' }); break;
      case 'page-calibration': selection.go({ page: 'calibration' }); break;
      case 'back': selection.back(); break;
      case 'forward': selection.forward(); break;
      case 'toggle-left': preferences.leftOpen = !preferences.leftOpen; break;
      case 'toggle-right': preferences.rightOpen = !preferences.rightOpen; break;
      case 'toggle-jobs': preferences.drawerOpen = !preferences.drawerOpen; break;
      case 'shortcuts': preferences.shortcutsOpen = true; break;
      case 'about': preferences.aboutOpen = true; break;
      default: assertNever(command, 'menu command');
    }
  };
}
