/** The other end of a memory row: one engine, one evaluation, memory read from outside JavaScript. */
import { join } from 'node:path';
import { createEngine, type Engine } from '../../src/engine';
import { answerOf } from './child-process';
import { specOf, type ChildAnswer, type ChildTask } from './child-task';
import { peakResidentBytes } from './resident';

/** Argument that makes the bench a child. */
export const childFlag = '--child';

/** Does the task in this process. */
export async function performChildTask(task: ChildTask): Promise<ChildAnswer> {
  const engine = createEngine({ workerPath: task.worker, resourcesPath: task.resources, defaultWorkspace: join(task.folder, `child-${process.pid}.bitlog2`), version: 'bench', workers: task.workers });
  try {
    return await measureEvaluation(engine, task);
  } finally {
    // An open engine keeps its threads, and those the process.
    await engine.close();
  }
}

async function measureEvaluation(engine: Engine, task: ChildTask): Promise<ChildAnswer> {
  const spec = specOf(task);
  const { peakBytes: estimatedBytes } = await engine.call('evaluation.estimate', spec);
  const readings = task.readAt.map((): number[] => []);
  const result = await engine.call('evaluation.run', spec, {
    onEvent: (event) => {
      if (event.kind !== 'progress' || event.progress.stage !== 'evaluating') return;
      const { done } = event.progress;
      task.readAt.forEach((start, index) => {
        if (done >= start && done <= start + task.readOver) readings[index]?.push(process.memoryUsage.rss());
      });
    },
  });
  if (result.failures.length > 0) throw new Error(result.failures.map((failure) => failure.what).join('; '));
  if (readings.some((values) => values.length === 0)) throw new Error('the evaluation told too little progress to read its memory');
  const residentBytes = readings.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  return { estimatedBytes, peakBytes: peakResidentBytes(), residentBytes, images: result.runs[0]?.run.images ?? 0 };
}

/** Has the task done in a fresh process. */
export function inChild(program: string, task: ChildTask): Promise<ChildAnswer> {
  return answerOf<ChildAnswer>(program, childFlag, task);
}
