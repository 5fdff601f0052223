import type { Report } from '../contract/index.ts';
import { formatDuration, formatSpeed, type Language, type Texts } from '../texts/index.ts';
import { html, type Html } from './report-markup.ts';

type Point = Report['speedCurve'][number];

const WIDTH = 720;
const HEIGHT = 150;
const LEFT = 76;
const RIGHT = 12;
const TOP = 24;
const BOTTOM = 28;

/** The speed over the time of the job as a drawing; null when there is too little to draw. */
export function speedCurve(points: readonly Point[], texts: Texts, language: Language): Html | null {
  const end = points.at(-1)?.seconds ?? 0;
  const highest = Math.max(0, ...points.map((point) => point.speed));
  if (points.length < 2 || end <= 0 || highest <= 0) return null;
  const top = niceCeiling(highest);
  const x = (seconds: number): number => LEFT + (seconds / end) * (WIDTH - LEFT - RIGHT);
  const y = (speed: number): number => HEIGHT - BOTTOM - (speed / top) * (HEIGHT - TOP - BOTTOM);

  const grid = [0, 0.5, 1].map((part) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(top * part)}" y2="${y(top * part)}"/>
<text x="${LEFT - 8}" y="${y(top * part) + 4}" text-anchor="end">${formatSpeed(top * part, language)}</text>`);
  const times = [0, 0.5, 1].map((part) => html`<text x="${x(end * part)}" y="${HEIGHT - 8}" text-anchor="${part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}">${formatDuration(end * part)}</text>`);
  const stretches = stretchesOf(points).map((stretch) => drawStretch(stretch, x, y, texts));
  const label = texts('report:curve', { time: formatDuration(end), speed: formatSpeed(highest, language) });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${grid}${stretches}${times}</svg>`;
}

/** Neighbours of one phase, each stretch reaching to the first point of the next so that the line has no gaps. */
function stretchesOf(points: readonly Point[]): Point[][] {
  const stretches: Point[][] = [];
  for (const point of points) {
    const current = stretches.at(-1);
    if (current?.[0]?.phase === point.phase) {
      current.push(point);
    } else {
      current?.push({ ...point, phase: current[0]?.phase ?? point.phase });
      stretches.push([point]);
    }
  }
  return stretches;
}

function drawStretch(stretch: readonly Point[], x: (seconds: number) => number, y: (speed: number) => number, texts: Texts): Html {
  const first = stretch[0];
  const last = stretch.at(-1);
  if (!first || !last) return html``;
  const line = stretch.map((point) => `${x(point.seconds).toFixed(1)},${y(point.speed).toFixed(1)}`).join(' ');
  const area = `${x(first.seconds).toFixed(1)},${y(0)} ${line} ${x(last.seconds).toFixed(1)},${y(0)}`;
  // A phase too short to write its name in goes without.
  const name = texts(`jobs:phase.${first.phase}`);
  const roomy = x(last.seconds) - x(first.seconds) > name.length * 7;
  return html`<g class="phase ${first.phase}"><polygon points="${area}"/><polyline points="${line}"/>
<line class="border" x1="${x(first.seconds).toFixed(1)}" x2="${x(first.seconds).toFixed(1)}" y1="${TOP - 14}" y2="${HEIGHT - BOTTOM}"/>
${roomy ? html`<text x="${(x(first.seconds) + 6).toFixed(1)}" y="${TOP - 8}">${name}</text>` : null}</g>`;
}

/** The next of 1, 2, 4, 5, 10 times a power of ten: an axis that people can read. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (([1, 2, 4, 5, 10] as const).find((step) => step * power >= value) ?? 10) * power;
}
