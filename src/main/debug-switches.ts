/** Chromium's switches that open the page to a debugger, over a port or a pipe. */
const debuggers = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address'];

/**
 * Whether the app was asked to let a debugger in that it must not let in. The fuse EnableNodeCliInspectArguments closes the main process;
 * these switches would still open the page and listen on a port. The build that tests drive has that fuse on, and is started with
 * `--inspect`: there the switches stay.
 *
 * @param packaged whether this is a packaged program, not `npm start`
 * @param hasSwitch tells whether Chromium was given a switch
 * @param inspectorAddress address of Node's inspector, undefined when there is none
 */
export function unwantedDebugger(packaged: boolean, hasSwitch: (name: string) => boolean, inspectorAddress: string | undefined): boolean {
  return packaged && inspectorAddress === undefined && debuggers.some(hasSwitch);
}
