/** The engine as a test starts it. */
import { resolve } from 'node:path';
import { createEngine, type Engine } from '../../src/engine';
import { builtEntry } from '../setup/built-entry';

export { workspaceContent, type RunContent } from './workspace-content';

export function smallEngine(workspace: string, workers = 1): Engine {
  return createEngine({ workerPath: builtEntry('worker'), resourcesPath: resolve('resources'), defaultWorkspace: workspace, version: 'test', workers });
}
