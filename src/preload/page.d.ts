/** The little of the page that the preload script touches; it is compiled without the DOM. */
declare const window: {
  postMessage(message: unknown, targetOrigin: string, transfer: readonly MessagePort[]): void;
};
