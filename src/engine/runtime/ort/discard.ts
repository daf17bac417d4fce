/** Frees memory at once that nobody needs any more, where the garbage collector would let tens of megabytes of it lie. */
import { MessageChannel } from 'node:worker_threads';

/** A closed port takes what is transferred to it, and keeps nothing. */
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/** Afterwards the buffer has no bytes, and every view on it is empty. */
export function discard(buffer: ArrayBuffer): void {
  nowhere.postMessage(null, [buffer]);
}
