/** The one style sheet: light and dark, wide and narrow, screen and paper. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f2; --card: #ffffff; --ink: #1a2a26; --soft: #4d5d57; --line: #d8dfd9; --mark: #0a5f4e; --on-mark: #ffffff; --tint: #e6f0ec;
  --good: #17653f; --good-tint: #e3f2e8; --bad: #9b2c1d; --bad-tint: #fbe9e5; --unsure: #6a5310; --unsure-tint: #f6efd8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101614; --card: #19211f; --ink: #e7eeea; --soft: #a8b6b0; --line: #2f3b37; --mark: #84d6c0; --on-mark: #0d1a16; --tint: #1d302a;
    --good: #8fdcab; --good-tint: #16301f; --bad: #f5a898; --bad-tint: #3a1d17; --unsure: #e6cf83; --unsure-tint: #332b12;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink); font: 1.0625rem/1.6 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
a { color: var(--mark); text-underline-offset: .18em; text-decoration-thickness: .08em; }
a:hover { text-decoration-thickness: .14em; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 3px; border-radius: 4px; }
.skip { position: absolute; left: 1rem; top: -4rem; background: var(--mark); color: var(--on-mark); padding: .6rem 1rem; border-radius: 0 0 8px 8px; z-index: 1; }
.skip:focus { top: 0; }
.wide { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { background: var(--card); border-bottom: 1px solid var(--line); }
header .wide { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; padding-top: .85rem; padding-bottom: .85rem; }
.brand { display: flex; align-items: center; gap: .7rem; font-weight: 650; color: var(--ink); text-decoration: none; margin-right: auto; min-width: 0; }
.brand svg { flex: none; width: 2rem; height: 2rem; color: var(--mark); }
header nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0 1.4rem; margin: 0; padding: 0; }
header nav a { display: inline-block; padding: .35rem 0; }
header nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
main.wide { width: 100%; flex: 1; padding-top: 2.5rem; padding-bottom: 3rem; }
h1 { font-size: clamp(1.6rem, 1.2rem + 1.8vw, 2.2rem); line-height: 1.2; letter-spacing: -.015em; margin: 0 0 .4rem; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .75rem; }
h3 { font-size: 1.0625rem; line-height: 1.4; margin: 0; }
p { margin: 0 0 1rem; } p:last-child { margin-bottom: 0; }
.lead { color: var(--soft); font-size: 1.125rem; max-width: 44rem; margin-bottom: 2rem; }
.soft { color: var(--soft); } .small { font-size: .9375rem; }
.grid { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 56rem) { .grid.two { grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr); align-items: start; } }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.4rem 1.5rem; }
.stack { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
.rows { list-style: none; margin: 0; padding: 0; }
.rows > li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .1rem 1rem; padding: .95rem 0; border-top: 1px solid var(--line); }
.rows > li:first-child { border-top: 0; padding-top: .2rem; } .rows > li:last-child { padding-bottom: .2rem; }
.card > .rows + p { margin-top: .9rem; padding-top: .9rem; border-top: 1px solid var(--line); }
.rows p { grid-column: 1 / -1; margin: 0; color: var(--soft); }
.rows h3 a { font-weight: inherit; }
.state { display: inline-flex; align-items: center; gap: .4rem; font-size: .9rem; font-weight: 600; padding: .1rem .65rem .1rem .5rem; border-radius: 99px; white-space: nowrap; align-self: start; }
.state svg { width: .95rem; height: .95rem; flex: none; }
.up { color: var(--good); background: var(--good-tint); } .down { color: var(--bad); background: var(--bad-tint); } .unknown { color: var(--unsure); background: var(--unsure-tint); }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .4rem 1.25rem; margin: 0 0 1rem; }
dt { color: var(--soft); } dd { margin: 0; }
ul.plain { list-style: none; margin: 0 0 1rem; padding: 0; display: grid; gap: .5rem; }
.factor { display: flex; gap: .6rem; align-items: baseline; } .factor svg { width: 1rem; height: 1rem; flex: none; color: var(--good); transform: translateY(.12rem); }
ul:last-child { margin-bottom: 0; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1rem; }
.button { display: inline-block; padding: .5rem 1rem; border-radius: 9px; border: 1px solid var(--line); background: var(--tint); color: var(--mark); font-weight: 600; text-decoration: none; }
button.button { font: inherit; font-weight: 600; cursor: pointer; }
.button:hover { border-color: var(--mark); } .button.first { background: var(--mark); border-color: var(--mark); color: var(--on-mark); }
.button.danger { background: transparent; border-color: var(--bad); color: var(--bad); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.crumbs ol { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem .5rem; margin: 0 0 1rem; padding: 0; font-size: .9375rem; color: var(--soft); }
.crumbs li + li::before { content: "/"; margin-right: .5rem; color: var(--line); }
.alert { border: 1px solid currentColor; border-left-width: 5px; border-radius: 9px; padding: .8rem 1.1rem; margin: 0 0 1.25rem; }
h1 + .alert { margin-top: 1.25rem; } .alert.good { color: var(--good); background: var(--good-tint); } .alert.bad { color: var(--bad); background: var(--bad-tint); } .alert.note { color: var(--ink); background: var(--tint); border-color: var(--mark); }
.scroll { overflow-x: auto; margin: 0 0 1rem; } .scroll:last-child { margin-bottom: 0; }
table { width: 100%; border-collapse: collapse; font-size: 1rem; }
th, td { text-align: left; vertical-align: top; padding: .6rem 1.25rem .6rem 0; border-top: 1px solid var(--line); font-weight: 400; }
tbody th { font-weight: 600; } thead th { border-top: 0; color: var(--soft); font-size: .9375rem; white-space: nowrap; padding-top: 0; }
td:last-child, th:last-child { padding-right: 0; } th .small { font-weight: 400; } td > .actions { margin-top: 0; } .anywhere, tbody th { overflow-wrap: anywhere; }
form { margin: 0; } form + p, form + ul.plain:not(:empty) { margin-top: 1rem; } .field { margin: 0 0 1.2rem; } .field > label:not(.choice), legend { display: block; font-weight: 600; padding: 0; margin: 0 0 .3rem; }
fieldset { border: 0; padding: 0; min-width: 0; } .field > p { margin: 0 0 .35rem; }
input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--soft); border-radius: 9px; padding: .5rem .75rem; width: 100%; max-width: 32rem; }
input[type=file] { border-style: dashed; } input[type=checkbox], input[type=radio] { width: 1.2rem; height: 1.2rem; margin: .2rem 0 0; flex: none; accent-color: var(--mark); }
[aria-invalid] { border-color: var(--bad) !important; } .wrong { color: var(--bad); font-weight: 600; }
.choice { display: flex; gap: .7rem; padding: .35rem 0; } .choice > span > span { display: block; }
.code { font: 600 clamp(1.1rem, 1rem + 1vw, 1.35rem)/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; letter-spacing: .02em; overflow-wrap: anywhere; user-select: all; }
.call { font-size: 1.3rem; font-weight: 650; } .call a { text-decoration: none; }
.address { display: inline-block; max-width: 100%; overflow-wrap: anywhere; font-weight: 650; padding: .5rem .9rem; border: 1px dashed var(--mark); border-radius: 9px; background: var(--tint); }
ol.steps { counter-reset: step; list-style: none; margin: 0; padding: 0; display: grid; gap: .9rem; }
ol.steps li { counter-increment: step; display: grid; grid-template-columns: 2rem minmax(0, 1fr); gap: .8rem; }
ol.steps li::before { content: counter(step); width: 2rem; height: 2rem; border-radius: 50%; display: grid; place-items: center; font-weight: 650; color: var(--mark); background: var(--tint); }
.trouble dt { color: var(--ink); font-weight: 650; } .trouble { grid-template-columns: minmax(0, 1fr); gap: .1rem; } .trouble dd { color: var(--soft); margin-bottom: .8rem; } .trouble dd:last-child { margin-bottom: 0; }
.qr { width: 15rem; max-width: 100%; margin: 0 0 1rem; border-radius: 9px; overflow: hidden; border: 1px solid var(--line); line-height: 0; } .qr svg { width: 100%; height: auto; }
.beside { display: grid; gap: 1rem 1.5rem; } @media (min-width: 40rem) { .beside { grid-template-columns: minmax(0, 1fr) auto; align-items: start; } .beside .qr { margin: 0; } }
.narrow { max-width: 44rem; } h1 + .card, h1 + .stack { margin-top: 1.25rem; }
.letter { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 1rem; }
.contact p { margin-bottom: .3rem; }
footer { border-top: 1px solid var(--line); color: var(--soft); font-size: .9375rem; }
footer .wide { padding-top: 1.1rem; padding-bottom: 2rem; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; justify-content: space-between; }
@media (max-width: 34rem) { .card { padding: 1.15rem 1.1rem; border-radius: 12px; } main.wide { padding-top: 1.6rem; } dl:not(.trouble) { grid-template-columns: minmax(0, 1fr); gap: 0; } dl:not(.trouble) dd { margin-bottom: .6rem; } }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr { display: block; } tr { border-top: 1px solid var(--line); padding: .7rem 0; } tbody tr:first-child { border-top: 0; padding-top: 0; }
  th[scope=row], td { display: block; border: 0; padding: .1rem 0; } td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); } td:empty { display: none; }
}
@media (prefers-contrast: more) { :root { --soft: var(--ink); --line: currentColor; } }
@media (forced-colors: active) { .state, .button, .alert, ol.steps li::before { border: 1px solid; } }
@media print {
  :root { color-scheme: light; --ground: #fff; --card: #fff; --ink: #000; --soft: #333; --line: #999; --mark: #000; --tint: #fff; --on-mark: #000; --good: #000; --bad: #000; --unsure: #000; --good-tint: #fff; --bad-tint: #fff; --unsure-tint: #fff; }
  @page { margin: 18mm 16mm; size: A4; }
  body { font-size: 11pt; line-height: 1.45; }
  nav, .skip, .screen, .actions, form, button { display: none; }
  .alert { border-color: #000; } .scroll { overflow: visible; } tr { break-inside: avoid; }
  header { border: 0; } header .wide, main, footer .wide, .wide { padding-left: 0; padding-right: 0; max-width: none; } header .wide { padding-top: 0; }
  main.wide { padding: 6mm 0 0; } .lead { margin-bottom: 6mm; } .grid, .stack { gap: 5mm; }
  .card { border: 0; border-top: 1px solid #999; border-radius: 0; padding: 4mm 0 0; break-inside: avoid; }
  .grid.two { grid-template-columns: minmax(0, 1fr); }
  h2 { break-after: avoid; } li, dd { break-inside: avoid; }
  body { display: block; } a[href$='.crt']::after { content: ' (' attr(href) ')'; }
  .state { border: 1px solid #999; } ol.steps { gap: 2.5mm; } ol.steps li::before { border: 1px solid #000; }
  .brand svg { width: 8mm; height: 8mm; }
}
`;
