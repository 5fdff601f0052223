// `npm test`: every test there is. Counts come from the runners' own reports;
// what was left out is listed with its reason (and is a failure under WERKBANK_TEST_ALL=1).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
if (Number(process.versions.node.split('.')[0]) < 24) throw new Error(`the tests need Node 24, this is ${process.versions.node}: start them with npm test`);
const results = join(root, 'test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const leftOut = join(results, 'left-out.txt');
// The tests start Node some hundred times: what it compiled once is kept.
const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/werkbank'), WERKBANK_LEFT_OUT: leftOut, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

const report = (name) => join(results, `${name}.json`);
const read = (name) => (existsSync(report(name)) ? JSON.parse(readFileSync(report(name), 'utf8')) : null);

/** Runs a test runner; one that runs beside another says what it has to say at its end. Gives its exit status. */
async function run(module, args, beside = {}) {
  const aside = Object.keys(beside).length > 0;
  const child = spawn(process.execPath, [join(root, 'node_modules', module), ...args], { cwd: root, stdio: ['inherit', aside ? 'pipe' : 'inherit', 'inherit'], env: { ...env, ...beside } });
  const said = [];
  child.stdout?.on('data', (data) => said.push(data));
  const [status] = await once(child, 'close');
  process.stdout.write(Buffer.concat(said));
  return status ?? 1;
}

const vitest = (project) => run('vitest/vitest.mjs', ['run', '--project', project, '--reporter=dot', '--reporter=json', `--outputFile.json=${report(`vitest-${project}`)}`]);

/** A runner that died before it could report has failed, whatever it counted. */
function counted(status, counts) {
  if (!counts) return { passed: 0, failed: 1 };
  return { passed: counts.passed, failed: Math.max(counts.failed, status === 0 ? 0 : 1) };
}

// The first start compiles the program: once, here, and not in the first tests side by side, one of them in a machine that cannot keep it.
spawnSync(process.execPath, [join(root, 'src/cli/main.ts'), '--version'], { env });
const units = (status, unit) => counted(status, unit && { passed: unit.numPassedTests, failed: unit.numFailedTests + unit.numFailedTestSuites * (unit.numFailedTests === 0 ? 1 : 0) });

// A window mostly waits, and so do many of the other tests: side by side they keep the processor busy. What must be alone comes after.
const [togetherStatus, windowStatus] = await Promise.all([vitest('together'), run('@playwright/test/cli.js', ['test'], { WERKBANK_BESIDE: '1' })]);
const aloneStatus = await vitest('alone');
const screens = read('playwright');
const totals = [
  units(togetherStatus, read('vitest-together')),
  units(aloneStatus, read('vitest-alone')),
  counted(windowStatus, screens && { passed: screens.stats.expected, failed: screens.stats.unexpected + screens.stats.flaky }),
];

const lines = existsSync(leftOut) ? readFileSync(leftOut, 'utf8').trim().split('\n') : [];
const skipped = screens?.stats.skipped ?? 0;
if (lines.length > 0) {
  console.log(`\n${lines.length} tests were left out on this machine:`);
  for (const line of lines) console.log(`  ${line}`);
}
if (skipped > 0) console.log(`\n${skipped} tests of the window were left out (no Chromium).`);

const passed = totals.reduce((sum, { passed }) => sum + passed, 0);
const failed = totals.reduce((sum, { failed }) => sum + failed, 0) + (process.env.WERKBANK_TEST_ALL === '1' ? skipped : 0);
writeFileSync(report('summary'), JSON.stringify({ passed, failed, leftOut: lines.length + skipped }));
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
