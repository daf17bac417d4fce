/** What passes between the engine and the process that tries a model. The answer comes from a process that a stranger's file ran in: it is checked. */
import * as v from 'valibot';
import { failureSchema } from './failure';

const requestSchema = v.object({
  file: v.string(),
  /** Resident memory at which the process ends itself. */
  memoryBytes: v.number(),
  /** Time after which it ends itself. */
  seconds: v.number(),
});
export type TrialRequest = Readonly<v.InferOutput<typeof requestSchema>>;

const answerSchema = v.variant('kind', [
  /** The model loads and runs; `bytes`: the most memory it took. */
  v.object({ kind: v.literal('ok'), bytes: v.number() }),
  v.object({ kind: v.literal('failed'), failure: failureSchema }),
  v.object({ kind: v.literal('memory'), bytes: v.number() }),
  v.object({ kind: v.literal('time') }),
]);
export type TrialAnswer = Readonly<v.InferOutput<typeof answerSchema>>;

/** The request as one argument of a command. */
export function trialArgument(request: TrialRequest): string {
  return JSON.stringify(request);
}

/** @throws Error when it is none: only this program starts such a process. */
export function readTrialRequest(argument: string): TrialRequest {
  return v.parse(requestSchema, JSON.parse(argument));
}

/** The first line of what the process wrote; null when it wrote none that is an answer (it crashed). */
export function readTrialAnswer(output: string): TrialAnswer | null {
  const line = output.slice(0, output.indexOf('\n'));
  try {
    const parsed = v.safeParse(answerSchema, JSON.parse(line));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

const triedSchema = v.object({ program: v.string(), hashes: v.array(v.string()) });

/** Which contents a program has tried, as it wrote them down. */
export type TriedModels = Readonly<v.InferOutput<typeof triedSchema>>;

/** Null for a text that is no such list. */
export function readTriedModels(text: string): TriedModels | null {
  try {
    const parsed = v.safeParse(triedSchema, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
