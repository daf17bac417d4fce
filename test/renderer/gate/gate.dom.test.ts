/** The gate in the window: evaluations pass it, a fault is shown with what mends it, and the person decides. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GateReport } from '../../../src/shared/gate';
import { fail } from '../../../src/shared/failure';
import type { EvaluationSpec } from '../../../src/shared/settings';
import { defaultSpec } from '../../../src/renderer/src/run-spec';
import { gatedSpecs, needsGate } from '../../../src/renderer/src/gate/gated-specs';
import { useCommands } from '../../../src/renderer/src/stores/commands';
import { faultReport, passedReport } from '../../helpers/gate-reports';
import { dataset, swin, vit } from '../fixture-data';
import { all, asked, click, closeWorkbench, openWorkbench, text, type Fixture } from '../open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

const spec: EvaluationSpec = { ...defaultSpec([vit, swin], dataset), schemes: ['Sqrt2_17'] };
const faulty = (file: string): GateReport => (file === vit.file ? faultReport(file, { model: { name: vit.name, file, hash: 'v' } }) : passedReport(file));
const hopeless = (file: string): GateReport => (file === vit.file ? faultReport(file, { findings: [{ kind: 'shuffled', top1: 0.5, chance: 0.1, confidence: 72 }], fix: null }) : passedReport(file));

async function open(answer: (file: string) => GateReport): Promise<Fixture> {
  return openWorkbench({}, (services) => {
    const call = services.engine.call.bind(services.engine);
    vi.spyOn(services.engine, 'call').mockImplementation((method, params, options) => {
      const answering = call(method, params, options);
      if (method !== 'gate.check') return answering;
      const { model } = params as { model: string };
      return (answering as Promise<GateReport>).then(() => answer(model)) as typeof answering;
    });
  });
}

async function start(): Promise<void> {
  useCommands().startRun(spec);
  for (let round = 0; round < 6; round++) await flushPromises();
}

const button = (words: string): HTMLElement | undefined => all('.gate button').find((candidate) => candidate.textContent?.trim() === words);
const evaluated = (services: Fixture): unknown[] => asked(services, 'evaluation.run');

describe('the gate in front of an evaluation', () => {
  it('lets through what passed, without a word', async () => {
    const services = await open(passedReport);
    await start();
    expect(asked(services, 'gate.check')).toEqual([vit, swin].map(({ file }) => ({ model: file, dataset: dataset.root, preprocess: 'auto' })));
    expect(all('.gate')).toEqual([]);
    expect(evaluated(services)).toEqual([spec]);
  });

  it('holds up at a fault: sentences, evidence, pictures; nothing runs until the person decides', async () => {
    const services = await open(faulty);
    await start();
    expect(evaluated(services)).toEqual([]);
    expect(text('.gate .verdict')).toBe('2 faults were found, and they can be mended.');
    // How pictures were prepared, and on whose word.
    expect(text('.gate .verdict + p')).toBe('Pictures: short side, centre 0.9, bicubic, mean 0.485 0.456 0.406, deviation 0.229 0.224 0.225 (preset swin, by the file\'s name).');
    expect(all('.gate .findings li').map((item) => item.textContent)).toEqual(['The labels are off by one: output = label − 1.', 'Mean and std are not those of the network: it is given ImageNet’s, it fits 0.5 (values −1 to 1).']);
    const rows = all('.gate tbody')[0]?.querySelectorAll('tr') ?? [];
    expect([...rows].map((row) => row.querySelector('th')?.textContent)).toEqual(['as it stands', 'labels: output = label − 1', 'channels: blue first (BGR)', 'mean and std: 0.5 (values −1 to 1)', 'crop: none, squashed into a square']);
    expect(rows[1]?.textContent).toContain('+152 / −0');
    expect(rows[1]?.textContent).toContain('this fits');
    expect(all('.gate .pictures figure').map((figure) => figure.getAttribute('title'))).toEqual(['val/a.png: labelled tench, answered goldfish with 99 %']);
    expect(asked(services, 'gate.picture')).toHaveLength(1);
    expect(text('.gate .note')).toContain('preprocessing, labels (output = label − 1)');
  });

  it('fixes what is faulty and runs the rest as it is', async () => {
    const services = await open(faulty);
    await start();
    await click(button('Fix it and run'));
    for (let round = 0; round < 20; round++) await flushPromises();
    const { fix } = faulty(vit.file);
    expect(evaluated(services)[0]).toEqual({ ...spec, models: [vit.file], preprocess: fix?.preprocess, labelMap: 'minus-one' });
    expect(all('.gate')).toEqual([]);
  });

  it('runs anyway, or not at all', async () => {
    const services = await open(hopeless);
    await start();
    expect(text('.gate .findings')).toContain('nothing to do with the pictures');
    expect(button('Fix it and run')).toBeUndefined();
    await click(button('Do not run'));
    expect([all('.gate'), evaluated(services)]).toEqual([[], []]);
    await start();
    await click(button('Run anyway'));
    await flushPromises();
    expect(evaluated(services)).toEqual([spec]);
    // Asked once: the same set-up goes through after that.
    const questions = asked(services, 'gate.check').length;
    await start();
    expect([all('.gate'), asked(services, 'gate.check').length]).toEqual([[], questions]);
  });

  it('leaves to the evaluation what cannot be looked at, and runs nothing when it was stopped', async () => {
    const unreadable = await open(() => { throw fail('model-unreadable', 'The file is truncated'); });
    await start();
    expect(evaluated(unreadable)).toEqual([spec]);
    const stopped = await open(() => { throw fail('stopped', 'Stopped'); });
    await start();
    expect(evaluated(stopped)).toEqual([]);
  });

  it('can be asked without running anything, from the run dialog', async () => {
    const services = await open(faulty);
    useCommands().runDialog = true;
    await flushPromises();
    await click(all('.dialog button').find((candidate) => candidate.textContent?.trim() === 'Check now'));
    for (let round = 0; round < 6; round++) await flushPromises();
    expect(all('.gate .verdict')).toHaveLength(2);
    expect(button('Fix it and run')).toBeUndefined();
    await click(button('Close'));
    expect(all('.dialog li').map((item) => item.textContent)).toContain(`${vit.name}: fault`);
    expect(evaluated(services)).toEqual([]);
  });
});

describe('gatedSpecs', () => {
  it('joins neighbours with equal settings and leaves out what nothing mends', () => {
    const three = { ...spec, models: ['/a', '/b', '/c', '/d'] };
    const reports = [passedReport('/a'), null, faultReport('/c', { fix: { preprocess: null, labelMap: 'plus-one' } }), hopeless(vit.file)];
    expect(gatedSpecs(three, reports, 'fix')).toEqual([{ ...spec, models: ['/a', '/b'] }, { ...spec, models: ['/c'], labelMap: 'plus-one' }]);
    expect(gatedSpecs(three, reports, 'anyway')).toEqual([three]);
    expect([needsGate(spec), needsGate({ ...spec, schemes: [] }), needsGate({ ...spec, arithmetic: 'fp32' })]).toEqual([true, false, false]);
  });
});
