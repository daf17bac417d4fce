/** The report's style sheet: light, dark by the reader's system, and light on paper. */
import { chartFont, darkTheme, lightTheme, themeVariables } from '../charts/chart-theme';

const light = `${themeVariables(lightTheme)} --text-2: #454d57; --strong: #c3c9d1;`;
const dark = `${themeVariables(darkTheme)} --text-2: #b4bbc4; --strong: #434a53;`;

export const reportStyle = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
@media print { :root { color-scheme: light; ${light} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--text); font: 13px/1.5 ${chartFont}; font-variant-numeric: tabular-nums; }
main { max-width: 1040px; margin: 0 auto; padding: 24px; }
h1 { font-size: 20px; font-weight: 600; margin: 0; }
h2 { font-size: 15px; font-weight: 600; margin: 32px 0 8px; }
p { margin: 4px 0; max-width: 96ch; }
.lead { color: var(--text-2); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; }
dt { color: var(--text-3); }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--text-2); padding-bottom: 8px; }
th, td { padding: 4px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--text-3); font-weight: 400; font-size: 12px; vertical-align: bottom; border-bottom-color: var(--strong); }
tbody th { font-weight: 400; }
tr.model th { font-weight: 600; padding-top: 16px; text-align: left; border-bottom-color: var(--strong); white-space: normal; }
tr.model small { font-weight: 400; color: var(--text-3); font-size: 12px; }
h3 { font-size: 13px; font-weight: 600; margin: 20px 0 4px; }
.run { margin-top: 40px; padding-top: 8px; border-top: 1px solid var(--strong); }
.run h2 { margin-top: 8px; }
.big { font-size: 20px; }
table.levels td, table.levels th { padding: 2px 4px; font-size: 12px; }
.share { text-align: right; }
.weak { color: var(--text-3); font-size: 12px; }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 50%; border: 2px solid; margin-right: 8px; vertical-align: -1px; }
.dot { display: inline-block; width: 7px; height: 7px; border: 1px solid; border-radius: 50%; vertical-align: 1px; }
.dot.filled { background: currentColor; }
figure { margin: 0; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { color: var(--text-2); margin-top: 8px; max-width: 96ch; }
footer { margin-top: 32px; padding-top: 8px; border-top: 1px solid var(--line); color: var(--text-3); font-size: 12px; }
@media print { main { padding: 0; max-width: none; } tr, figure { break-inside: avoid; } h2, h3 { break-after: avoid; } .share { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .scroll { overflow: visible; } th, td { padding: 3px 5px; } body { font-size: 10px; } }
`;
