// `npm run layers`: the import rules of .dependency-cruiser.cjs over the real tree, then over a canary that must be caught.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
const config = join(root, '.dependency-cruiser.cjs');

function cruise(cwd, folders) {
  const { stdout, stderr } = spawnSync(process.execPath, [cruiser, '--config', config, '--output-type', 'json', ...folders], { cwd, encoding: 'utf8', maxBuffer: 256 << 20 });
  try {
    return JSON.parse(stdout).summary;
  } catch {
    console.error(stderr || stdout);
    process.exit(1);
  }
}

const real = cruise(root, ['native-free-engine', 'src']);
for (const { rule, from, to } of real.violations) console.error(`${rule.severity} ${rule.name}: ${from} -> ${to}`);
const canary = cruise(join(root, 'tests', 'layers', 'canary'), ['native-free-engine', 'src']);
const caught = new Set(canary.violations.map(({ rule }) => rule.name));
const expected = ['engine-base', 'engine-has-no-surroundings', 'node-only-at-the-edges'];
const missed = expected.filter((name) => !caught.has(name));

if (missed.length > 0) console.error(`The canary was not caught by: ${missed.join(', ')}`);
if (real.totalCruised < 50) console.error(`Only ${real.totalCruised} modules were seen: the checker does not read this tree.`);
console.log(`${real.totalCruised} modules, ${real.violations.length} violations; canary caught by ${[...caught].join(', ')}`);
process.exit(real.violations.length === 0 && missed.length === 0 && real.totalCruised >= 50 ? 0 : 1);
