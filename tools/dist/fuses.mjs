/** The fuses of the packaged program: what Electron's binary can be talked into, switched off in the binary itself. */
import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';

/**
 * How each fuse has to be. `inspect` alone differs in the second build that the package test drives: Playwright needs `--inspect`.
 *
 * @type {Readonly<Record<keyof typeof FuseV1Options, boolean>>}
 */
export const fuseTable = {
  // ELECTRON_RUN_AS_NODE would make the signed program a Node that runs any script.
  RunAsNode: false,
  EnableCookieEncryption: true,
  // NODE_OPTIONS and NODE_EXTRA_CA_CERTS.
  EnableNodeOptionsEnvironmentVariable: false,
  // --inspect and SIGUSR1.
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  // Would look for a start-up snapshot of a name that we do not ship.
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
  // Electron's default: bounds of WebAssembly memory by the processor, not by code before each access.
  WasmTrapHandlers: true,
};

export const inspectFuse = 'EnableNodeCliInspectArguments';

/** @typedef {'on' | 'off' | 'lacking'} FuseReading */

const names = Object.keys(fuseTable);

const readings = { [FuseState.ENABLE]: 'on', [FuseState.DISABLE]: 'off' };

/**
 * The fuses as they are in a binary.
 *
 * @param {string} program path of the program (on macOS of the .app)
 * @returns {Promise<Record<string, FuseReading>>} lacking: a fuse that this Electron does not have, or has no more
 */
export async function readFuses(program) {
  const wire = await getCurrentFuseWire(program);
  return Object.fromEntries(names.map((name) => [name, readings[wire[FuseV1Options[name]]] ?? 'lacking']));
}

/**
 * Sets every fuse that the binary has.
 *
 * @param {string} program path of the program (on macOS of the .app)
 * @param {{ inspect?: boolean, mayLack?: boolean, adHocSignature?: boolean }} [how] mayLack: the binary may be older than the table (tests)
 * @returns {Promise<string[]>} the fuses that the binary lacks
 * @throws {Error} if it lacks one and may not
 */
export async function setFuses(program, { inspect = false, mayLack = false, adHocSignature = false } = {}) {
  const present = await readFuses(program);
  const lacking = names.filter((name) => present[name] === 'lacking');
  if (lacking.length > 0 && !mayLack) throw new Error(`${program} has no fuse ${lacking.join(', ')}: a release needs a newer Electron`);
  const wanted = names.filter((name) => !lacking.includes(name)).map((name) => [FuseV1Options[name], name === inspectFuse ? inspect : fuseTable[name]]);
  await flipFuses(program, { version: FuseVersion.V1, resetAdHocDarwinSignature: adHocSignature, strictlyRequireAllFuses: false, ...Object.fromEntries(wanted) });
  return lacking;
}
