/** ImageNet's classes from the resources; bundled with the engine, so that no path has to be right at run time. */
import classes from '../../../../resources/imagenet/classes.json';
import { ImagenetClasses } from '../../core/datasets/imagenet-classes';

export const imagenetClasses = new ImagenetClasses(classes);
