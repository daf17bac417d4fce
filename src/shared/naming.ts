/** A name that a person gives to something of the workspace, in place of that of its file or its settings. */
import * as v from 'valibot';

export const longestName = 120;

export const namingSchema = v.object({
  kind: v.picklist(['run', 'model', 'dataset']),
  id: v.string(),
  /** Empty: the name that it has by itself. */
  name: v.pipe(v.string(), v.trim(), v.maxLength(longestName, `a name has ${longestName} characters at most`)),
});
export type Naming = Readonly<v.InferOutput<typeof namingSchema>>;

/** Pictures that every later run on a data set is calibrated on: paths relative to it. */
export const lockedFilesSchema = v.array(v.string());
export const lockedPicturesSchema = v.object({ files: v.nullable(lockedFilesSchema) });
