/** Evaluations that wait for their turn, as the workspace keeps them. */
import * as v from 'valibot';
import { evaluationSpecSchema } from './settings';

/** `paused`: it has begun and waits for the person; `waiting`: for those before it. */
export const queuedStates = ['waiting', 'paused'] as const;

export const queuedItemSchema = v.object({ id: v.string(), state: v.picklist(queuedStates), spec: evaluationSpecSchema });
export type QueuedItem = Readonly<v.InferOutput<typeof queuedItemSchema>>;

/** More than anybody reads; each may hold long lists of images. */
export const queueSchema = v.pipe(v.array(queuedItemSchema), v.maxLength(200));
