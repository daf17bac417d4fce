/** ImageNet's classes from the resources; bundled with the engine, so that no path has to be right at run time. */
import classes from '../../../../resources/imagenet/classes.json';
import devkitOrder from '../../../../resources/imagenet/devkit-order.json';
import validationLabels from '../../../../resources/imagenet/validation-labels.json';
import { ImagenetClasses } from '../../core/datasets/imagenet-classes';
import type { ImagenetTables } from '../../core/datasets/label-order';

export const imagenetClasses = new ImagenetClasses(classes);
export const imagenetTables: ImagenetTables = { classes: imagenetClasses, validationLabels, devkitOrder };
