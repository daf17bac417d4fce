/**
 * What the window asks of the shell (main process): dialogs, settings, files the person chose. No numbers:
 * those come from the engine over the port that 'engine.connect' brings (engine-contract.ts).
 *
 * In the page, the preload script offers exactly this (see ShellBridge) as `window.workbench`.
 */
import * as v from 'valibot';
import { tableFormatSchema } from './tables';

const none = v.null();
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

export const themes = ['dark', 'light', 'system'] as const;
export const themeSchema = v.picklist(themes);
export type Theme = v.InferOutput<typeof themeSchema>;

export const locales = ['en', 'ko'] as const;
export const localeSchema = v.picklist(locales);
export type Locale = v.InferOutput<typeof localeSchema>;

export const recentKinds = ['workspace', 'model', 'dataset'] as const;
export const recentSchema = v.object({ kind: v.picklist(recentKinds), path });
/** Something the person opened before, newest first. */
export type Recent = Readonly<v.InferOutput<typeof recentSchema>>;

/** Kinds of file the window can save, with the extension each gets. */
export const savedKinds = ['png', 'svg', 'csv', 'json', 'md', 'tex', 'html'] as const;
const savedKindSchema = v.picklist(savedKinds);
export type SavedKind = v.InferOutput<typeof savedKindSchema>;

export const shellInfoSchema = v.object({
  version: v.string(),
  electron: v.string(),
  chrome: v.string(),
  node: v.string(),
  platform: v.string(),
  theme: themeSchema,
  /** What `theme: 'system'` means at the moment. */
  systemDark: v.boolean(),
  locale: localeSchema,
  recents: v.array(recentSchema),
  /** `--workspace FILE` of the command line; null = the default workspace. */
  workspace: v.nullable(path),
  /** `--open-sample`: start with the sample project open. */
  openSample: v.boolean(),
});
export type ShellInfo = Readonly<v.InferOutput<typeof shellInfoSchema>>;

/** At most 256 MB may be saved or copied in one call: a picture or a table is far smaller. */
const bytes = v.pipe(v.instance(Uint8Array), v.check((data) => data.byteLength <= 2 ** 28, 'more than 256 MB'));
const text = v.pipe(v.string(), v.maxLength(2 ** 26));

export const windowContract = {
  'app.info': { params: none, result: shellInfoSchema },
  /** Asks for a port to the engine. It arrives as a window message `{ kind: 'engine-port' }` with one port, and again after every restart of the engine. */
  'engine.connect': { params: none, result: none },
  /** Starts the engine again after it was given up. */
  'engine.restart': { params: none, result: none },
  'theme.set': { params: v.object({ theme: themeSchema }), result: none },
  'locale.set': { params: v.object({ locale: localeSchema }), result: none },
  /** Open dialogs. An empty list or null: the person cancelled. */
  'dialog.models': { params: none, result: v.object({ files: v.array(path) }) },
  'dialog.dataset': { params: none, result: v.object({ folder: v.nullable(path) }) },
  /** A file with labels of a data set's pictures. */
  'dialog.labels': { params: none, result: v.object({ file: v.nullable(path) }) },
  /** Workspaces that another one shall take in. */
  'dialog.merge': { params: none, result: v.object({ files: v.array(path) }) },
  'dialog.workspace': { params: v.object({ create: v.boolean() }), result: v.object({ file: v.nullable(path) }) },
  /** Remembers what was opened successfully; the newest first, no duplicates. */
  'recents.add': { params: recentSchema, result: v.object({ recents: v.array(recentSchema) }) },
  /** Which of them are not there any more (a drive that is not plugged in counts too). */
  'recents.check': { params: none, result: v.object({ missing: v.array(path) }) },
  'recents.remove': { params: recentSchema, result: v.object({ recents: v.array(recentSchema) }) },
  /** Asks where the engine shall write exported tables; writes nothing itself. */
  'dialog.export': { params: v.object({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)), format: tableFormatSchema }), result: v.object({ file: v.nullable(path) }) },
  /** Asks where to, writes, and answers with the path (null: cancelled). */
  'file.save': {
    params: v.object({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)), kind: savedKindSchema, data: v.union([text, bytes]) }),
    result: v.object({ file: v.nullable(path) }),
  },
  /** Opens a file that 'file.save' wrote since the start, with the system's program. Any other path is refused. */
  'file.open': { params: v.object({ file: path }), result: none },
  'clipboard.text': { params: v.object({ text }), result: none },
  /** Copies a failure as it is to be sent to somebody: with versions, without private paths. */
  'clipboard.details': { params: v.object({ text }), result: none },
  'clipboard.png': { params: v.object({ png: bytes }), result: none },
  /** Opens a web page of the allow-list (papers, licences, the timm hub) in the browser. */
  'link.open': { params: v.object({ url: v.pipe(v.string(), v.maxLength(2048)) }), result: none },
} as const;

export type WindowContract = typeof windowContract;
export type WindowMethod = keyof WindowContract;
export type WindowParams<M extends WindowMethod> = v.InferInput<WindowContract[M]['params']>;
export type WindowResult<M extends WindowMethod> = v.InferOutput<WindowContract[M]['result']>;

/**
 * Entries of the application menu that the page carries out. The menu shows their keys but leaves them to the page
 * (Ctrl+B, Ctrl+Shift+B, Ctrl+J, Alt+Left, Alt+Right, Ctrl+1 to Ctrl+6, Ctrl+/); Ctrl+O, Ctrl+Shift+O and the like are the menu's own.
 */
export const menuCommands = [
  'open-sample', 'add-model', 'open-dataset', 'open-workspace', 'new-workspace', 'merge-workspaces',
  'reproduce', 'report', 'export-data',
  'page-board', 'page-layers', 'page-attention', 'page-levels', 'page-images', 'page-calibration',
  'back', 'forward', 'toggle-left', 'toggle-right', 'toggle-jobs', 'shortcuts', 'about',
] as const;
export type MenuCommand = (typeof menuCommands)[number];

export const windowEventSchema = v.variant('kind', [
  /** The engine process: 'ready' also after a restart, then with a new port; 'failed' = given up, `detail` says why. */
  v.object({ kind: v.literal('engine-state'), state: v.picklist(['starting', 'ready', 'restarting', 'failed']), detail: v.nullable(v.string()) }),
  /** A file that the app was started with once more while it runs. */
  v.object({ kind: v.literal('open-path'), path }),
  v.object({ kind: v.literal('system-theme'), dark: v.boolean() }),
  v.object({ kind: v.literal('menu'), command: v.picklist(menuCommands) }),
]);
export type WindowEvent = Readonly<v.InferOutput<typeof windowEventSchema>>;

/** The message that carries the engine's port into the page. */
export const enginePortMessage = { kind: 'engine-port' } as const;

/** What a call answers: data either way, so that a refusal keeps its words across processes. */
export const windowReplySchema = v.variant('ok', [
  v.object({ ok: v.literal(true), value: v.unknown() }),
  v.object({ ok: v.literal(false), reason: v.string() }),
]);
export type WindowReply = v.InferOutput<typeof windowReplySchema>;

/** `window.workbench`, as the preload script builds it. Its answers are unknown until callShell has checked them. */
export interface ShellBridge {
  /** For `<ConfigProvider :nonce>`: the page's policy admits `<style>` elements only with it. */
  readonly styleNonce: string;
  call(method: string, params: unknown): Promise<unknown>;
  /** Listens to events until the returned function is called. */
  onEvent(listener: (event: unknown) => void): () => void;
  /** Path of a dropped file or folder ('' if it has none). */
  pathOfFile(file: object): string;
}

export function isWindowMethod(method: unknown): method is WindowMethod {
  return typeof method === 'string' && Object.hasOwn(windowContract, method);
}

/** The parameters of a call as its handler gets them. */
export type WindowInput<M extends WindowMethod> = v.InferOutput<WindowContract[M]['params']>;

/**
 * Checks the parameters of a call on arrival.
 *
 * @throws {Error} naming the method and what is wrong with it
 */
export function parseWindowParams<M extends WindowMethod>(method: M, params: unknown): WindowInput<M> {
  const schema: WindowContract[M]['params'] = windowContract[method].params;
  const checked = v.safeParse(schema, params);
  if (!checked.success) throw new Error(`window call ${method}: ${checked.issues[0].message}`);
  return checked.output as WindowInput<M>;
}

/** Client side: one call with its answer checked. @throws {Error} with the shell's reason when it refuses */
export async function callShell<M extends WindowMethod>(bridge: ShellBridge, method: M, params: WindowParams<M>): Promise<WindowResult<M>> {
  const reply = v.parse(windowReplySchema, await bridge.call(method, params));
  if (!reply.ok) throw new Error(reply.reason);
  const result: WindowContract[M]['result'] = windowContract[method].result;
  return v.parse(result, reply.value) as WindowResult<M>;
}

/** An event on arrival in the page. */
export function parseWindowEvent(event: unknown): WindowEvent {
  return v.parse(windowEventSchema, event);
}
