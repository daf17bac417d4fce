/** An engine for the length of one command. */
import type { Engine } from '../engine';
import type { WorkspaceSummary } from '../shared/records';
import type { CliEnvironment } from './environment';
import { existingWorkspace } from './existing-workspace';
import { ProgressLine } from './progress-line';

/** What a command works with once its options are known to be right. */
export interface Session {
  readonly environment: CliEnvironment;
  readonly engine: Engine;
  readonly progress: ProgressLine;
}

/** Opens an engine for `work`; however that ends, the engine is closed and no half line of progress is left. Undefined workers: the cores. */
export async function withEngine<T>(environment: CliEnvironment, workers: number | undefined, work: (session: Session) => Promise<T>): Promise<T> {
  const progress = new ProgressLine(environment);
  const engine = environment.openEngine({ workers: workers ?? null });
  try {
    return await work({ environment, engine, progress });
  } finally {
    progress.clear();
    await engine.close();
  }
}

/** As `withEngine`, for commands about what a workspace holds: one that is not there is refused before anything starts. Throws EngineError 'workspace-missing'. */
export async function withWorkspace<T>(environment: CliEnvironment, options: { readonly workspace?: string; readonly workers?: number }, work: (session: Session, summary: WorkspaceSummary) => Promise<T>): Promise<T> {
  const file = existingWorkspace(environment, options.workspace);
  return withEngine(environment, options.workers, async (session) => work(session, await session.engine.call('workspace.open', { file })));
}
