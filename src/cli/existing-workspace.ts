import { fail } from '../shared/failure';
import type { CliEnvironment } from './environment';

/** For commands that only read: a workspace that is not there is a mistyped path, not one to be made. Throws EngineError 'workspace-missing'. */
export function existingWorkspace(environment: Pick<CliEnvironment, 'resolvePath' | 'exists' | 'defaultWorkspace'>, given: string | undefined): string {
  const file = given === undefined ? environment.defaultWorkspace : environment.resolvePath(given);
  if (environment.exists(file)) return file;
  throw fail('workspace-missing', 'There is no such workspace', { file, expected: 'a workspace file with runs', next: given === undefined ? 'Name one: --workspace FILE' : 'Check the path' });
}
