/** The segments of a rewritten network as sessions. ONNX Runtime keeps weights in a form of its own, so ours are given up, one segment after another. */
import { segmentGraph, type Cut, type Segment } from '../../core/graph/segments';
import type { Graph } from '../../core/graph/types';
import { discard } from '../ort/discard';
import { collectGarbage } from '../ort/garbage';
import { createSession, type Session } from '../ort/session';

/** Smaller constants are not worth the trouble. */
const largeBytes = 65_536;

export interface LoadedSegments {
  /** Without their constants. */
  readonly segments: readonly Segment[];
  readonly sessions: readonly Session[];
}

export interface SegmentSource {
  /** The network before it was rewritten: what belongs to it stays. */
  readonly graph: Graph;
  readonly rewritten: Graph;
  readonly cuts: readonly Cut[];
  /** Tensors that leave their segment although no other reads them. */
  readonly keep?: ReadonlySet<string>;
  readonly threads: number;
}

/**
 * Loads a session per segment. Afterwards the large constants that only `rewritten` has are empty. `first` sees the first segment while it is whole.
 * `poll` is called between the sessions and may throw; what was loaded is released then.
 */
export async function loadSegments(source: SegmentSource, poll: () => void, first: (segment: Segment) => void = () => undefined): Promise<LoadedSegments> {
  const segments = segmentGraph(source.rewritten, source.cuts, source.keep);
  const [head] = segments;
  if (head !== undefined) first(head);
  // What the rewriting left behind: as much as the weights.
  collectGarbage();
  const kept = largeBuffers(source.graph);
  const readers = new Map<ArrayBuffer, number>();
  for (const { graph } of segments) for (const buffer of largeBuffers(graph)) readers.set(buffer, (readers.get(buffer) ?? 0) + 1);
  const sessions: Session[] = [];
  try {
    for (const { graph } of segments) {
      poll();
      sessions.push(await createSession(graph, source.threads));
      for (const buffer of largeBuffers(graph)) {
        const left = (readers.get(buffer) ?? 0) - 1;
        readers.set(buffer, left);
        if (left === 0 && !kept.has(buffer)) discard(buffer);
      }
    }
  } catch (error) {
    for (const session of sessions) await session.release();
    throw error;
  }
  return { segments: segments.map((segment) => ({ ...segment, graph: { ...segment.graph, initializers: new Map() } })), sessions };
}

/** Shared memory is nobody's to free. */
function largeBuffers(graph: Graph): Set<ArrayBuffer> {
  const buffers = [...graph.initializers.values()].map(({ data }) => data.buffer);
  return new Set(buffers.filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer && buffer.byteLength >= largeBytes));
}
