/** What is known of the seven models, whether they are there, and what getting one means. */
import * as v from 'valibot';
import { preprocessSchema } from './settings';

const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
const sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** How a downloaded file was checked: against a sum that this program carries, or against the sum that the server gave before the bytes. */
export const checkedAgainst = ['pinned', 'server'] as const;

/** Kept beside a downloaded file. */
export const modelOriginSchema = v.object({ url: v.string(), bytes, sha256: sha256Schema, checked: v.picklist(checkedAgainst) });
export type ModelOrigin = Readonly<v.InferOutput<typeof modelOriginSchema>>;

/** What does not depend on this machine. */
export const modelFactsSchema = v.object({
  name: v.string(),
  /** As the published table writes it. */
  title: v.string(),
  architecture: v.string(),
  tag: v.string(),
  licence: v.object({ id: v.string(), url: v.string() }),
  /** The model's page for people. */
  page: v.string(),
  /** The very file. */
  url: v.string(),
  parameters: bytes,
  /** About: four bytes for each parameter; the file adds its header and tables. */
  bytes,
  /** Pinned SHA-256 of the file; null where no trustworthy one is known. */
  sha256: v.nullable(sha256Schema),
  /** FP32 top-1 on ImageNet's validation pictures, in percent, and who says so. */
  top1: v.object({ value: v.number(), source: v.string(), url: v.string() }),
});
export type ModelFacts = Readonly<v.InferOutput<typeof modelFactsSchema>>;

export const modelStateSchema = v.variant('kind', [
  /** `bytes`: of a download that was cut off or cancelled, and goes on from there. */
  v.object({ kind: v.literal('absent'), bytes }),
  v.object({
    kind: v.literal('present'),
    file: v.string(),
    bytes,
    /** Of the weights by the file's name; null when it does not say. */
    tag: v.nullable(v.string()),
    /** Other weights than the published ones: the figures do not belong to them. */
    foreign: v.boolean(),
    /** Computed when it was asked for. */
    sha256: v.nullable(sha256Schema),
    /** How it came here; null when this program did not get it. */
    origin: v.nullable(modelOriginSchema),
  }),
]);
export type ModelState = Readonly<v.InferOutput<typeof modelStateSchema>>;

export const knownModelSchema = v.object({
  facts: modelFactsSchema,
  state: modelStateSchema,
  /** Where it would be put. */
  target: v.string(),
});
export type KnownModelEntry = Readonly<v.InferOutput<typeof knownModelSchema>>;

/** `folder`: the model folder of the open workspace. */
export const knownModelsSchema = v.object({ folder: v.string(), models: v.array(knownModelSchema) });
export type KnownModels = Readonly<v.InferOutput<typeof knownModelsSchema>>;

/** `agreed`: what the person was shown and said yes to. Anything else is not fetched. */
export const getModelSchema = v.object({ name: v.string(), agreed: v.object({ url: v.string(), target: v.string() }) });
export type GetModel = Readonly<v.InferOutput<typeof getModelSchema>>;

/** `resumedFrom`: bytes that were there from an earlier try. */
export const gotModelSchema = v.object({ file: v.string(), bytes, sha256: sha256Schema, checked: v.picklist(checkedAgainst), resumedFrom: bytes });
export type GotModel = Readonly<v.InferOutput<typeof gotModelSchema>>;

/** The form of `resources/models/seed-models.json`. */
const modelTableSchema = v.object({
  hub: v.string(),
  owner: v.string(),
  file: v.string(),
  licences: v.record(v.string(), v.string()),
  sources: v.record(v.string(), v.object({ source: v.string(), url: v.string() })),
  models: v.array(v.object({ name: v.string(), title: v.string(), licence: v.string(), parameters: bytes, sha256: v.nullable(sha256Schema), top1: v.number(), top1Source: v.string() })),
});
export type ModelTable = Readonly<v.InferOutput<typeof modelTableSchema>>;

/** Throws when it is not of that form: the installation is damaged. */
export function modelTableOf(json: unknown): ModelTable {
  return v.parse(modelTableSchema, json);
}

/** Null for what this program did not write. */
export function modelOriginOf(json: unknown): ModelOrigin | null {
  const origin = v.safeParse(modelOriginSchema, json);
  return origin.success ? origin.output : null;
}

const partNotesSchema = v.object({ url: v.string(), sha256: sha256Schema, total: bytes, etag: v.nullable(v.string()) });
/** Kept beside a file that is not whole yet. `sha256`: what the whole must have; `etag`: of whoever sent the bytes, to ask for the rest of the same. */
export type PartNotes = Readonly<v.InferOutput<typeof partNotesSchema>>;

/** Null for what this program did not write. */
export function partNotesOf(json: unknown): PartNotes | null {
  const notes = v.safeParse(partNotesSchema, json);
  return notes.success ? notes.output : null;
}

/** How the pictures of one model are made ready for it, and why so (one phrase). `input`: side of the network's pictures. */
export const chosenPreprocessSchema = v.object({ models: v.array(v.object({ file: v.string(), name: v.string(), input: v.number(), preprocess: preprocessSchema, source: v.string() })) });
export type ChosenPreprocesses = Readonly<v.InferOutput<typeof chosenPreprocessSchema>>;
