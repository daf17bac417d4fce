/** What the samples of a long run say, and their drawing. Pure. */

/** @typedef {{ seconds: number, stage: string, done: number, rss: number, handles: number }} Sample */

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)];
}

/**
 * How a stretch ends against how it began, once it was warm: medians of the second and of the last quarter.
 *
 * @param {readonly Sample[]} samples of one kind of work
 */
function growth(samples) {
  const quarter = Math.floor(samples.length / 4);
  const early = samples.slice(quarter, 2 * quarter);
  const late = samples.slice(-quarter);
  const megabytes = (part) => median(part.map(({ rss }) => rss)) / 1e6;
  return { earlyMegabytes: megabytes(early), lateMegabytes: megabytes(late), growth: megabytes(late) / megabytes(early) - 1, earlyHandles: median(early.map(({ handles }) => handles)), lateHandles: median(late.map(({ handles }) => handles)) };
}

/**
 * Evaluating and loading, each: memory flat within a tenth, and as many handles at the end as at the beginning.
 *
 * @param {readonly Sample[]} samples in their order
 */
export function judgeSoak(samples) {
  const evaluating = growth(samples.filter(({ stage }) => stage === 'evaluating'));
  const loading = growth(samples.filter(({ stage }) => stage === 'loading'));
  return {
    evaluating,
    loading,
    flat: [evaluating, loading].every((part) => part.growth <= 0.1),
    noLeak: [evaluating, loading].every((part) => part.lateHandles <= part.earlyHandles),
  };
}

const [width, height, left, right, top, bottom] = [720, 300, 56, 48, 24, 36];
const colours = { rss: '#0072B2', handles: '#D55E00', text: '#555', grid: '#ccc' };

/**
 * Memory (left axis) and handles (right axis) over time; the stretch of loading is shaded.
 *
 * @param {readonly Sample[]} samples in their order
 * @returns {string} an SVG document
 */
export function soakDrawing(samples) {
  const end = samples.at(-1)?.seconds ?? 1;
  const most = Math.max(...samples.map(({ rss }) => rss)) / 1e6;
  const ceiling = Math.ceil(most / 250) * 250;
  const mostHandles = Math.ceil(Math.max(...samples.map(({ handles }) => handles)) / 20) * 20;
  const x = (seconds) => left + (seconds / end) * (width - left - right);
  const y = (share) => top + (1 - share) * (height - top - bottom);
  const step = Math.max(1, Math.floor(samples.length / 700));
  const drawn = samples.filter((_, index) => index % step === 0);
  const line = (share) => drawn.map((sample) => `${x(sample.seconds).toFixed(1)},${y(share(sample)).toFixed(1)}`).join(' ');
  const loading = samples.find(({ stage }) => stage === 'loading')?.seconds ?? end;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" role="img" aria-label="Resident memory and open handles over time">
<rect width="${width}" height="${height}" fill="#fff"/>
<rect x="${x(loading).toFixed(1)}" y="${top}" width="${(x(end) - x(loading)).toFixed(1)}" height="${height - top - bottom}" fill="#f2f2f2"/>
${ticks.map((share) => `<line x1="${left}" x2="${width - right}" y1="${y(share)}" y2="${y(share)}" stroke="${colours.grid}"/><text x="${left - 6}" y="${y(share) + 4}" text-anchor="end" fill="${colours.rss}">${Math.round(share * ceiling)}</text><text x="${width - right + 6}" y="${y(share) + 4}" fill="${colours.handles}">${Math.round(share * mostHandles)}</text>`).join('\n')}
<polyline points="${line(({ rss }) => rss / 1e6 / ceiling)}" fill="none" stroke="${colours.rss}"/>
<polyline points="${line(({ handles }) => handles / mostHandles)}" fill="none" stroke="${colours.handles}"/>
<text x="${left}" y="14" fill="${colours.rss}">resident memory, MB</text><text x="${width - right}" y="14" text-anchor="end" fill="${colours.handles}">open handles</text>
<text x="${x(loading / 2).toFixed(1)}" y="${height - 8}" text-anchor="middle" fill="${colours.text}">evaluating</text><text x="${x((loading + end) / 2).toFixed(1)}" y="${height - 8}" text-anchor="middle" fill="${colours.text}">loading models</text>
<text x="${width - right}" y="${height - 22}" text-anchor="end" fill="${colours.text}">${Math.round(end)} s</text>
</svg>
`;
}
