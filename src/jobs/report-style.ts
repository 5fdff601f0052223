import type { Texts } from '../texts/index.ts';
import { cssString, html, type Html } from './report-markup.ts';

/**
 * The look of a report: a calm document on the screen, ink on A4.
 * @param foot stands at the foot of every page of paper, beside its number
 */
export const reportStyle = (foot: string, texts: Texts): Html => html`${{ markup: SCREEN }}${{ markup: PAPER }}
@page { size: A4; margin: 12mm 14mm 15mm;
  @bottom-left { content: ${{ markup: cssString(foot) }}; font: 7pt sans-serif; color: #555; }
  @bottom-right { content: ${{ markup: cssString(`${texts('report:page')} `) }} counter(page) ${{ markup: cssString(` ${texts('report:pageOf')} `) }} counter(pages); font: 7pt sans-serif; color: #555; } }
@page dense { margin: 10mm 12mm 13mm; }
`;

const SCREEN = `
:root { --paper: #fff; --ink: #1b2430; --soft: #5a6675; --line: #d9dfe6; --tint: #f4f6f9; --good: #17693a; --bad: #b3261e; --warn: #855300; --write: #1f5fbf; --verify: #0f766e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181e; --ink: #e7ebf0; --soft: #a3afbd; --line: #343d48; --tint: #1d232b; --good: #6fd49a; --bad: #ff9a90; --warn: #f2bf6b; --write: #7db0ff; --verify: #5fd0c5; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 32px 24px 48px; }
header { border-left: 6px solid var(--tone); background: var(--tint); border-radius: 0 8px 8px 0; padding: 16px 24px 18px; }
header.done { --tone: var(--good); } header.partly, header.cancelled, header.unknown { --tone: var(--warn); } header.failed { --tone: var(--bad); }
.kind { margin: 0; color: var(--soft); font-size: 13px; }
h1 { margin: 2px 0 4px; font-size: 28px; line-height: 1.2; color: var(--tone); }
.mark { display: inline-block; margin-right: 10px; }
.headline { margin: 0; font-size: 17px; overflow-wrap: anywhere; }
h2 { margin: 28px 0 8px; padding-bottom: 4px; border-bottom: 1px solid var(--line); font-size: 16px; }
h3 { margin: 12px 0 4px; font-size: 15px; }
dl { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 8px 28px; margin: 0; }
dl .wide { grid-column: 1 / -1; }
dt { color: var(--soft); font-size: 12px; }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: 12px; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
tbody th, td.name { overflow-wrap: anywhere; }
td.figure, td.outcome, td .small { white-space: nowrap; }
.small, .small * { color: var(--soft); font-size: 12px; font-weight: 400; }
.disk-name { display: block; }
.evidence { display: block; white-space: normal !important; overflow-wrap: anywhere; }
.outcome { font-weight: 600; } .outcome.verified, .outcome.written { color: var(--good); } .outcome.failed { color: var(--bad); } .outcome.cancelled, .outcome.unknown { color: var(--warn); }
.problem { margin: 8px 0; padding: 10px 16px; border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 4px; overflow-wrap: anywhere; }
.problem p { margin: 0 0 2px; }
code { font: 12.5px/1.5 ui-monospace, "Cascadia Mono", Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.sums th, .sums td:last-child { white-space: nowrap; }
.sums td:last-child { color: var(--soft); font-size: 12px; }
.lost th { width: 34%; }
.partitions td:first-child { width: 27%; } .partitions td:last-child { width: 20%; }
.swatch { display: inline-block; width: 10px; height: 10px; margin-right: 7px; border-radius: 2px; }
.checks td.verdict { white-space: nowrap; font-weight: 600; width: 1%; }
.checks .stop .verdict { color: var(--bad); } .checks .warning .verdict { color: var(--warn); }
.checks td { overflow-wrap: anywhere; }
ul.fine { columns: 2; column-gap: 28px; margin: 0; padding: 0; list-style: none; }
.fine li { position: relative; break-inside: avoid; padding: 2px 0 4px 20px; overflow-wrap: anywhere; }
.tick { position: absolute; left: 0; color: var(--good); font-weight: 600; }
.places td:first-child { width: 30%; }
.accepted { font-size: 12px; font-weight: 600; color: var(--warn); }
ol { margin: 0; padding-left: 24px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; }
svg .grid { stroke: var(--line); } svg .border { stroke: var(--line); stroke-dasharray: 3 3; }
svg polyline { fill: none; stroke: var(--write); stroke-width: 1.8; stroke-linejoin: round; } svg polygon { fill: var(--write); opacity: .13; }
svg .verifying polyline { stroke: var(--verify); } svg .verifying polygon { fill: var(--verify); }
.bar { margin: 4px 0 6px; } .bar .whole { fill: var(--tint); stroke: var(--soft); } .bar text { fill: #1b2430; font-weight: 600; }
footer { margin-top: 32px; padding-top: 8px; border-top: 1px solid var(--line); color: var(--soft); font-size: 12px; }
.paper, .paper-line { display: none; }
@media screen and (max-width: 620px) { dl { grid-template-columns: 1fr; } ul.fine { columns: 1; } }
`;

/** Lengths follow the size of the letters, so that a report with much to say (`dense`) gets smaller as a whole. */
const PAPER = `
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --tint: #f3f3f3; --good: #17693a; --bad: #b3261e; --warn: #855300; --write: #1f5fbf; --verify: #0f766e; }
  body { font-size: 8.5pt; line-height: 1.28; } body.dense { page: dense; font-size: 7.2pt; line-height: 1.2; }
  main { max-width: none; padding: 0; } h1 { font-size: 1.8em; } .headline { font-size: 1.15em; } .kind { font-size: .9em; }
  header { padding: .5em 1.4em .6em; } h2 { margin: .8em 0 .25em; padding-bottom: .15em; font-size: 1.15em; break-after: avoid; } h3 { margin: .5em 0 .2em; font-size: 1em; break-after: avoid; }
  dl { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .25em 1.8em; } th, td { padding: .2em 1em .2em 0; } thead { display: table-header-group; }
  dt, .small, .small *, .accepted, thead th, .sums td:last-child { font-size: .85em; } dt { line-height: 1.15; } code { font-size: .85em; } footer { margin-top: .8em; padding-top: .3em; font-size: .85em; }
  .clamp, .evidence { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
  .partitions .clamp { -webkit-line-clamp: 3; } .dense .partitions .clamp { -webkit-line-clamp: 2; }
  .disk-name { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 62mm; }
  .fine li { padding: .1em 0 .2em 1.5em; } .fine .evidence { -webkit-line-clamp: 1; }
  .dense .checks .evidence, .dense .partitions td:first-child .clamp { -webkit-line-clamp: 1; } .dense .clamp-dense { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; } .dense .fine .evidence { display: inline; }
  .dense .problem p { display: inline; } .dense .lost .small { display: none; } .dense section.steps { display: none; }
  ol.steps { columns: 2; column-gap: 2.5em; padding-left: 2em; } ol.steps li { break-inside: avoid; }
  .problem { margin: .4em 0; padding: .3em 1em; } .swatch { width: .8em; height: .8em; margin-right: .6em; } .dense .speed svg { max-height: 24mm; }
  .screen { display: none; } .paper { display: table-row-group; color: var(--soft); } .paper-line { display: block; margin: .3em 0; color: var(--soft); }
  header, .problem, .speed, svg, tr { break-inside: avoid; }
  header, svg, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
