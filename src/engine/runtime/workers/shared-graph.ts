/** The graph of a model that some worker imported, for any thread. */
import type { Graph } from '../../core/graph/types';
import { readModel } from '../../core/onnx/read-model';
import type { SharedModel } from './protocol';

/** Reads the shared bytes; weights stay views on them. */
export function sharedGraph({ graph, shapes }: Pick<SharedModel, 'graph' | 'shapes'>): Graph {
  return { ...readModel(new Uint8Array(graph)), shapes };
}
