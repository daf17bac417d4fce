/** A site's branch as a session of its own. */
import { at } from '../../../../shared/at';
import type { SiteBranch } from '../../../core/graph/worlds/site-branch';
import { createSession, type EngineTensor, type FloatTensor, type Session } from '../../ort/session';
import { emptyTensor, floatsIn, tensorIn } from '../segment-chain';

export class BranchSession {
  private constructor(private readonly branch: SiteBranch, private readonly session: Session, private readonly output: EngineTensor) {}

  static async create(branch: SiteBranch, threads: number): Promise<BranchSession> {
    return new BranchSession(branch, await createSession(branch.graph, threads), emptyTensor(at(branch.graph.outputs, 0)));
  }

  /** Runs on tensors by name, quantised maps first. The result is written over by the next run. */
  async run(live: ReadonlyMap<string, EngineTensor>, maps: ReadonlyMap<string, EngineTensor> = new Map()): Promise<FloatTensor> {
    const { inputs, output } = this.branch;
    await this.session.runInto(new Map(inputs.map((name) => [name, maps.get(name) ?? tensorIn(live, name)])), new Map([[output, this.output]]));
    return floatsIn(new Map([[output, this.output]]), output);
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
