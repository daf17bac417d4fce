/** Answers of the images page for the fixture engine: few flips, of which one head did one; consistent with each other. */
import type { Blame, BypassOutcome, Divergence, FlippedBy, FlipRow, Flips, FlipsQuestion, TypicalKl } from '../../src/shared/images';
import type { ModelRecord } from '../../src/shared/records';
import { fail } from '../../src/shared/failure';

export const fixtureImages = 1000;

/** Every fiftieth image is lost, every seventieth gained, every ninetieth changed; class = index mod 10. */
export function flipRow(index: number, paired = true): FlipRow {
  const label = index % 10;
  const flip = index % 50 === 0 ? 'lost' : index % 70 === 0 ? 'gained' : index % 90 === 0 ? 'changed' : 'same';
  const right = { top5: [0, 1, 2, 3, 4].map((place) => (label + place) % 10), margin: 2.5, loss: 0.1, correct: true };
  const wrong = { top5: [1, 0, 2, 3, 4].map((place) => (label + place) % 10), margin: 0.75, loss: 1.2, correct: false };
  const other = { top5: [2, 1, 0, 3, 4].map((place) => (label + place) % 10), margin: 0.5, loss: 2.2, correct: false };
  return {
    index, file: `val/${label}/${String(index).padStart(4, '0')}.png`, label, flip: paired ? flip : null,
    run: flip === 'lost' ? wrong : flip === 'changed' ? other : right,
    baseline: !paired ? null : flip === 'gained' || flip === 'changed' ? wrong : right,
  };
}

export function flipsOf({ runId, baselineId, filter, sort, offset, count, find }: FlipsQuestion, total = fixtureImages): Flips {
  const all = Array.from({ length: total }, (_, index) => flipRow(index, baselineId !== null));
  const rows = all.filter(({ flip }) => filter === 'all' || flip === filter);
  if (sort === 'marginAfter') rows.sort((a, b) => b.run.margin - a.run.margin || a.index - b.index);
  const of = (kind: string): number => all.filter(({ flip }) => flip === kind).length;
  const row = find === null ? undefined : all[find];
  const place = rows.findIndex(({ index }) => index === find);
  return {
    runId, baselineId, total: rows.length, rows: rows.slice(offset, offset + count),
    counts: { all: total, common: baselineId === null ? 0 : total, lost: of('lost'), gained: of('gained'), changed: of('changed') },
    found: row === undefined ? null : { row, position: place < 0 ? null : place },
  };
}

const prediction = (row: FlipRow, side: FlipRow['run'], mapDigest: number): Divergence['prediction'] => ({ index: row.index, file: row.file, label: row.label, top5: [...side.top5], margin: side.margin, correct: side.correct, mapDigest });

export function divergenceOf(runId: string, image: number, model: ModelRecord, typicalImages: number | null = 16): Divergence {
  const row = flipRow(image);
  const heads = model.blocks.flatMap((block, index) => Array.from({ length: block.heads }, (_, head) => ({
    block: index, head, typicalKl: typicalImages === null ? null : 0.05,
    damage: { head, kl: 0.05 + ((index * 7 + head * 3 + image) % 11) / 40, topOverlap: 0.8, rowSumDrift: 0.01, massLost: 0.02, entropyShift: -0.1 },
  })));
  const moved = heads.map((_, place) => place).sort((a, b) => (heads[b]?.damage.kl ?? 0) - (heads[a]?.damage.kl ?? 0) || a - b).slice(0, 5);
  const depth = [...model.blocks.map(({ name }) => name), 'logits'].map((name, index) => ({ name, error: { sqnrDb: index === 0 ? null : 20 - index, relativeL2: index * 0.05, cosine: 1 - index * 0.01 } }));
  const stored = prediction(row, row.run, 0xabc);
  return { runId, image, depth, heads, moved, typicalImages, fp32Prediction: prediction(row, row.baseline ?? row.run, 0), prediction: stored, stored: { prediction: stored, equal: true } };
}

/** Of lost images the most moved head is the culprit; of changed ones block 1 as a whole; gained ones are owed to the weights. */
export function blameOf(runId: string, image: number, heads: number, model: ModelRecord): Blame {
  const row = flipRow(image);
  const seen = divergenceOf(runId, image, model);
  const answer = (row.baseline ?? row.run).top5[0] ?? 0;
  const base: BypassOutcome = { top5: [...row.run.top5], margin: row.run.margin, answerMargin: row.run.top5[0] === answer ? row.run.margin : -row.run.margin };
  const back: BypassOutcome = { top5: [answer, 1, 2, 3, 4], margin: 0.4, answerMargin: 0.4 };
  const order = seen.heads.map((_, place) => place).sort((a, b) => (seen.heads[b]?.damage.kl ?? 0) - (seen.heads[a]?.damage.kl ?? 0) || a - b);
  return {
    runId, image, arithmetic: 'reference', exact: true, answer, fp32Margin: row.baseline?.margin ?? 0, base,
    everyMap: row.flip === 'gained' ? base : back,
    layers: model.blocks.map((_, block) => ({ block, outcome: row.flip === 'changed' && block === 1 ? back : base })),
    heads: order.slice(0, heads).flatMap((place, rank) => {
      const head = seen.heads[place];
      return head === undefined ? [] : [{ block: head.block, head: head.head, outcome: row.flip === 'lost' && rank === 0 ? back : base }];
    }),
  };
}

export function typicalOf(runId: string, model: ModelRecord): TypicalKl {
  return { runId, images: 16, kl: model.blocks.map(({ heads }) => Array.from({ length: heads }, () => 0.05)) };
}

/** Head 2 of block 1 flipped every other of the images whose answer changed, every other head none. */
export function flippedByOf({ runId, baselineId, block, head, limit }: { runId: string; baselineId: string; block: number; head: number; limit: number }): FlippedBy {
  if (block > 50) throw fail('not-found', `Block ${block} head ${head} does not exist`);
  const rows = Array.from({ length: fixtureImages }, (_, index) => flipRow(index)).filter(({ flip }) => flip !== 'same').slice(0, limit);
  const base = (row: FlipRow): BypassOutcome => ({ top5: [...row.run.top5], margin: row.run.margin, answerMargin: -row.run.margin });
  return {
    runId, baselineId, block, head, state: 'done', flipped: rows.length, tested: rows.length,
    images: rows.map((row, place) => ({ row, base: base(row), outcome: base(row), restored: block === 1 && head === 2 && place % 2 === 0 })),
  };
}
