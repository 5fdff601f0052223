// `npm test`: every test there is. Counts come from the runners' own reports;
// what was left out is listed with its reason (and is a failure under WERKBANK_TEST_ALL=1).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
if (Number(process.versions.node.split('.')[0]) < 24) throw new Error(`the tests need Node 24, this is ${process.versions.node}: start them with npm test`);
// Only from here on: an older Node cannot load it.
const { afterSecondLook, failedFiles, ofPlaywright, ofVitest } = await import('./test-results.ts');
const folder = join(root, 'test-results');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const leftOut = join(folder, 'left-out.txt');
// The tests start Node some hundred times: what it compiled once is kept.
const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/werkbank'), WERKBANK_LEFT_OUT: leftOut, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

const report = (name) => join(folder, `${name}.json`);
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

const vitest = async (project, name, files = []) =>
  ofVitest(await run('vitest/vitest.mjs', ['run', ...files, '--project', project, '--reporter=dot', '--reporter=json', `--outputFile.json=${report(name)}`]), read(name));
const playwright = async (name, files = []) => ofPlaywright(await run('@playwright/test/cli.js', ['test', ...files], { WERKBANK_BESIDE: '1', PLAYWRIGHT_JSON_OUTPUT_FILE: report(name) }), read(name));

/** More than these is no chance: nothing is run again. */
const FEW_FILES = 3;

/** What failed beside others is looked at once more, by itself. */
async function secondLook(first, again) {
  const files = failedFiles(first);
  if (first.died || files.length === 0 || files.length > FEW_FILES) return { ...first, unsteady: [] };
  console.log(`\nOnce more, by themselves:\n${files.map((file) => `  ${file}`).join('\n')}`);
  return afterSecondLook(first, await again(files));
}

// The first start compiles the program: once, here, and not in the first tests side by side, one of them in a machine that cannot keep it.
spawnSync(process.execPath, [join(root, 'src/cli/main.ts'), '--version'], { env });
// A window mostly waits, and so do many of the other tests: side by side they keep the processor busy. What must be alone comes after.
const [together, screens] = await Promise.all([vitest('together', 'vitest-together'), playwright('playwright')]);
const alone = await vitest('alone', 'vitest-alone');
const results = [
  await secondLook(together, (files) => vitest('together', 'vitest-together-again', files)),
  await secondLook(alone, (files) => vitest('alone', 'vitest-alone-again', files)),
  await secondLook(screens, (files) => playwright('playwright-again', files)),
];

const lines = existsSync(leftOut) ? [...new Set(readFileSync(leftOut, 'utf8').trim().split('\n'))] : [];
const { skipped } = screens;
if (lines.length > 0) {
  console.log(`\n${lines.length} tests were left out on this machine:`);
  for (const line of lines) console.log(`  ${line}`);
}
if (skipped > 0) console.log(`\n${skipped} tests of the window were left out (no Chromium).`);

const unsteady = results.flatMap((each) => each.unsteady);
if (unsteady.length > 0) {
  console.log('\nUnsteady: failed beside others, passed by themselves. Each is a fault to be found.');
  for (const name of unsteady) console.log(`  ${name}`);
}
const ofFiles = results.flatMap(({ files }) => [...files.values()]);
const passed = ofFiles.reduce((sum, file) => sum + file.passed, 0);
const failed = ofFiles.reduce((sum, file) => sum + file.failed.length, 0) + results.filter(({ died }) => died).length + (process.env.WERKBANK_TEST_ALL === '1' ? skipped : 0);
writeFileSync(report('summary'), JSON.stringify({ passed, failed, unsteady: unsteady.length, leftOut: lines.length + skipped }));
console.log(`\n${passed} passed, ${failed} failed${unsteady.length > 0 ? `, ${unsteady.length} unsteady` : ''}`);
process.exit(failed === 0 ? 0 : 1);
