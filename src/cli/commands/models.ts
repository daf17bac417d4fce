/** `bitlog2 models`: the seven models of the published table, which of them are there, and getting one. */
import type { Command } from 'commander';
import { fail } from '../../shared/failure';
import type { GotModel, KnownModelEntry, KnownModels } from '../../shared/known-models';
import { seedModels } from '../../shared/seed-models';
import { jsonOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { interruptible } from '../interrupt';
import { textTable } from '../text-table';
import { withEngine } from '../with-engine';

export interface ModelsOptions {
  readonly workspace?: string;
  readonly json: boolean;
}

export interface GetModelOptions {
  readonly yes: boolean;
}

export function modelsCommand(program: Command, list: (options: ModelsOptions) => Promise<void>, get: (name: string, options: ModelsOptions & GetModelOptions) => Promise<void>): void {
  const models = program
    .command('models')
    .description('list the seven models of the published table: which lie in the workspace\'s model folder, where, with which SHA-256')
    .option('--workspace <file>', 'workspace file; the models lie in models/ beside it (default: the one of the window)')
    .addOption(jsonOption())
    .action((options: ModelsOptions) => list(options));
  models
    .command('get')
    .description('say what would be fetched from where, and with --yes fetch it into the model folder; what is there of an earlier try is gone on with')
    .argument('<name>', seedModels.map(({ name }) => name).join(', '))
    .option('--yes', 'fetch it', false)
    .action((name: string, options: GetModelOptions) => get(name, { ...models.opts<ModelsOptions>(), ...options }));
}

export function runModels(environment: CliEnvironment, options: ModelsOptions): Promise<number> {
  return withEngine(environment, 1, async ({ engine }) => {
    await engine.call('workspace.open', { file: workspaceOf(environment, options) });
    const known = await engine.call('models.known', { hashes: true });
    environment.stdout.write(options.json ? `${JSON.stringify(known)}\n` : modelsText(known));
    return exitCode.ok;
  });
}

export async function runGetModel(environment: CliEnvironment, name: string, options: ModelsOptions & GetModelOptions): Promise<number> {
  if (!seedModels.some((model) => model.name === name)) throw fail('settings', `There is no known model "${name}"`, { expected: seedModels.map((model) => model.name).join(', '), next: 'Choose one of these' });
  return withEngine(environment, 1, async (session) => {
    const { engine, progress } = session;
    await engine.call('workspace.open', { file: workspaceOf(environment, options) });
    const { models } = await engine.call('models.known', { hashes: false });
    const entry = models.find(({ facts }) => facts.name === name);
    if (entry === undefined) throw fail('internal', `the engine does not know ${name}`);
    progress.line(planText(entry));
    if (!options.yes) {
      progress.line('Nothing was fetched. To fetch it, add --yes.');
      return exitCode.usage;
    }
    const { facts, target } = entry;
    const got = await interruptible(session, (signal) => engine.call('models.get', { name, agreed: { url: facts.url, target } }, { signal, onEvent: tenths((text) => progress.line(text)) }));
    environment.stdout.write(options.json ? `${JSON.stringify(got)}\n` : gotText(got));
    return exitCode.ok;
  });
}

function workspaceOf(environment: CliEnvironment, { workspace }: ModelsOptions): string {
  return workspace === undefined ? environment.defaultWorkspace : environment.resolvePath(workspace);
}

/** A line at every tenth. */
function tenths(say: (text: string) => void): (event: { readonly done: number; readonly total: number }) => void {
  let told = -1;
  return ({ done, total }) => {
    const tenth = Math.floor((10 * done) / total);
    if (tenth > told) say(`${megabytes(done)} of ${megabytes(total)}`);
    told = tenth;
  };
}

/** What is agreed to with --yes. */
function planText({ facts, target, state }: KnownModelEntry): string {
  const rest = state.kind === 'absent' && state.bytes > 0 ? `, ${megabytes(state.bytes)} of it are there already` : '';
  return [
    `${facts.title}: weights ${facts.architecture}.${facts.tag}, licence ${facts.licence.id} (${facts.licence.url})`,
    `  from:   ${facts.url}  (host ${new URL(facts.url).host}, which points to its own storage)`,
    `  to:     ${target}`,
    `  size:   about ${megabytes(facts.bytes)} (${facts.bytes} bytes of parameters)${rest}`,
    `  check:  ${facts.sha256 === null ? 'SHA-256 as the server gives it (no pinned one is known)' : `SHA-256 ${facts.sha256}`}, and that it is this architecture`,
  ].join('\n');
}

function gotText({ file, bytes, sha256, checked }: GotModel): string {
  return `${file}\n${bytes} bytes, SHA-256 ${sha256}, ${checked === 'pinned' ? 'the pinned one' : 'the one that the server gave'}\n`;
}

function modelsText({ folder, models }: KnownModels): string {
  const rows = models.map(({ facts, state }) => [
    facts.name, facts.tag, facts.licence.id, `about ${megabytes(facts.bytes)}`, facts.top1.value.toFixed(2), facts.top1.source,
    state.kind === 'present' ? 'present' : state.bytes > 0 ? 'cut off' : 'absent',
    state.kind === 'present' ? state.sha256 ?? '' : '',
    state.kind === 'present' ? `${state.file}${state.foreign ? ` (other weights: ${state.tag ?? ''})` : ''}` : `bitlog2 models get ${facts.name}`,
  ]);
  return `${textTable([['model', 'weights', 'licence', 'size', 'FP32 top-1 %', 'says', 'state', 'SHA-256', 'file'], ...rows], [0, 1, 2, 5, 6, 7, 8])}\nmodel folder: ${folder}\n`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
