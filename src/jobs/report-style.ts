import { html, type Html } from './report-markup.ts';

/** The look of a report: a calm document on the screen, ink on paper. */
export const REPORT_STYLE: Html = html`
:root { --paper: #fff; --ink: #1b2430; --soft: #5a6675; --line: #d9dfe6; --tint: #f4f6f9; --good: #17693a; --bad: #b3261e; --warn: #855300; --write: #1f5fbf; --verify: #0f766e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181e; --ink: #e7ebf0; --soft: #a3afbd; --line: #343d48; --tint: #1d232b; --good: #6fd49a; --bad: #ff9a90; --warn: #f2bf6b; --write: #7db0ff; --verify: #5fd0c5; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 32px 24px 48px; }
header { border-left: 6px solid var(--tone); background: var(--tint); border-radius: 0 8px 8px 0; padding: 16px 24px 18px; }
header.done { --tone: var(--good); } header.partly, header.cancelled { --tone: var(--warn); } header.failed { --tone: var(--bad); }
.kind { margin: 0; color: var(--soft); font-size: 13px; }
h1 { margin: 2px 0 4px; font-size: 28px; line-height: 1.2; color: var(--tone); }
.mark { display: inline-block; margin-right: 10px; }
.headline { margin: 0; font-size: 17px; overflow-wrap: anywhere; }
h2 { margin: 28px 0 8px; padding-bottom: 4px; border-bottom: 1px solid var(--line); font-size: 16px; }
h3 { margin: 12px 0 4px; font-size: 15px; }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 32px; margin: 0; }
dt { color: var(--soft); font-size: 12px; }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-size: 12px; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
tbody th, td.name { overflow-wrap: anywhere; }
td.figure { white-space: nowrap; }
.small, .small * { color: var(--soft); font-size: 12px; font-weight: 400; }
.outcome { font-weight: 600; } .outcome.verified, .outcome.written { color: var(--good); } .outcome.failed { color: var(--bad); } .outcome.cancelled { color: var(--warn); }
.problem { margin: 8px 0; padding: 10px 16px; border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 4px; overflow-wrap: anywhere; }
.problem p { margin: 0 0 2px; }
code { font: 12.5px/1.5 ui-monospace, "Cascadia Mono", Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.sums th, .sums td:last-child { white-space: nowrap; }
.sums td:last-child { color: var(--soft); font-size: 12px; padding-right: 0; }
dl.dense { grid-template-columns: repeat(3, 1fr); gap: 6px 24px; }
.checks td.verdict { white-space: nowrap; font-weight: 600; width: 1%; }
.checks .stop .verdict { color: var(--bad); } .checks .warning .verdict { color: var(--warn); } .checks .fine .verdict { color: var(--good); }
.checks td { overflow-wrap: anywhere; }
.accepted { font-size: 12px; font-weight: 600; color: var(--warn); }
ol { margin: 0; padding-left: 24px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; }
svg .grid { stroke: var(--line); } svg .border { stroke: var(--line); stroke-dasharray: 3 3; }
svg polyline { fill: none; stroke: var(--write); stroke-width: 1.8; stroke-linejoin: round; } svg polygon { fill: var(--write); opacity: .13; }
svg .verifying polyline { stroke: var(--verify); } svg .verifying polygon { fill: var(--verify); }
footer { margin-top: 32px; padding-top: 8px; border-top: 1px solid var(--line); color: var(--soft); font-size: 12px; }
@media (max-width: 620px) { dl { grid-template-columns: 1fr; } }
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --tint: #f3f3f3; --good: #17693a; --bad: #b3261e; --warn: #855300; --write: #1f5fbf; --verify: #0f766e; }
  @page { margin: 15mm; }
  body { font-size: 9pt; line-height: 1.35; } main { max-width: none; padding: 0; } h1 { font-size: 18pt; } h2 { margin: 12px 0 4px; font-size: 11pt; break-after: avoid; }
  header { padding: 8px 14px; } .headline { font-size: 11pt; } dl { grid-template-columns: repeat(3, 1fr); gap: 4px 20px; } th, td { padding: 3px 10px 3px 0; }
  dt, .small, .small *, .accepted, thead th { font-size: 7.5pt; } code { font-size: 8pt; } svg { max-height: 34mm; } footer { margin-top: 12px; }
  header, .problem, .keep, svg, tr { break-inside: avoid; }
  header, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
