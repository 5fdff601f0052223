// `npm start`, after the set-up: opens the window. On Electron where its runtime is there or can be
// fetched, else as a preview in a Chromium window (tests/electron-stand-in).
//   WERKBANK_PREVIEW=1     preview at once, without asking for Electron
//   WERKBANK_ALLOW_ROOT=1  Electron as root, without its sandbox
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../tests/electron-stand-in/chromium/find-chromium.ts';

const root = join(import.meta.dirname, '..');
const electronPackage = join(root, 'node_modules', 'electron');
const env = process.env;

/** A download in which nothing moves for this long has failed; so has one that takes longer than the second. */
const STALL_MS = Number(env.WERKBANK_DOWNLOAD_STALL_MS) || 30_000;
const DOWNLOAD_MS = 20 * 60_000;

const isRoot = process.getuid?.() === 0;
const stop = (sentence) => {
  console.error(sentence);
  process.exit(1);
};

/** Electron's executable, or null while its runtime has not been fetched. */
function electronExecutable() {
  try {
    const wanted = JSON.parse(readFileSync(join(electronPackage, 'package.json'), 'utf8')).version;
    const found = readFileSync(join(electronPackage, 'dist', 'version'), 'utf8').trim().replace(/^v/, '');
    const executable = join(electronPackage, 'dist', readFileSync(join(electronPackage, 'path.txt'), 'utf8').trim());
    return found === wanted && existsSync(executable) ? executable : null;
  } catch {
    return null;
  }
}

/** Bytes in a folder and below it, counting what cannot be read as nothing. */
function sizeOf(folder) {
  let total = 0;
  try {
    for (const entry of readdirSync(folder, { recursive: true })) total += statSync(join(folder, entry), { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    // Not there yet, or just being moved away.
  }
  return total;
}

/** Fetches Electron's runtime with the package's own installer. Resolves to why it failed, or null. */
function fetchElectron() {
  console.error("Fetching Electron's runtime (the first time only, about 110 MB) ...");
  // A temporary folder of its own, so that what arrives there can be watched.
  const arriving = mkdtempSync(join(tmpdir(), 'werkbank-electron-'));
  const { ELECTRON_OVERRIDE_DIST_PATH: _unused, ...rest } = env;
  const child = spawn(process.execPath, [join(electronPackage, 'install.js')], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...rest, TMPDIR: arriving, TEMP: arriving, TMP: arriving, NODE_USE_ENV_PROXY: '1' },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { complaint = (complaint + text).slice(-4096); });
  return new Promise((resolve) => {
    const start = Date.now();
    let size = 0;
    let moved = start;
    let gaveUp = null;
    const giveUp = (reason) => {
      gaveUp = reason;
      child.kill('SIGKILL');
    };
    const watch = setInterval(() => {
      const now = sizeOf(arriving) + sizeOf(join(electronPackage, 'dist'));
      if (now !== size) [size, moved] = [now, Date.now()];
      if (Date.now() - moved > STALL_MS) giveUp(`nothing arrived for ${Math.round(STALL_MS / 1000)} seconds`);
      else if (Date.now() - start > DOWNLOAD_MS) giveUp('it took too long');
    }, Math.min(1000, STALL_MS / 4));
    const interrupted = () => {
      child.kill('SIGKILL');
      rmSync(arriving, { recursive: true, force: true });
      process.exit(130);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    const end = (reason) => {
      clearInterval(watch);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      rmSync(arriving, { recursive: true, force: true });
      resolve(reason);
    };
    child.once('error', (error) => { end(error.message); });
    child.once('close', (code) => {
      if (code === 0 && electronExecutable()) end(null);
      else end(gaveUp ?? reasonIn(complaint));
    });
  });
}

/** The installer's error in a few words: the first line that is one, with the cause's code if it has one. */
function reasonIn(complaint) {
  const message = /^(?:\w*Error): (.+)$/m.exec(complaint)?.[1] ?? 'the installer gave no reason';
  const cause = /\b(E[A-Z]{4,}[A-Z_]*|UND_ERR_\w+)\b/.exec(complaint)?.[1];
  return cause && !message.includes(cause) ? `${message}, ${cause}` : message;
}

/**
 * Runs the program until it ends, and ends as it did. Ctrl+C asks it to quit
 * (it may have a question first); Ctrl+C once more ends it.
 */
function run(program, args, extra = {}) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...env, ...extra } });
  let asked = 0;
  const pass = (signal) => {
    // A terminal signals the whole group and npm passes it on: what comes at once is one request.
    if (asked === 0) {
      asked = Date.now();
      child.kill(signal);
    } else if (Date.now() - asked > 1000) {
      child.kill('SIGKILL');
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
  child.once('error', (error) => { stop(`Werkbank could not be started: ${error.message}`); });
  child.once('exit', (code, signal) => { process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)); });
}

function startPreview() {
  const extra = { WERKBANK_PREVIEW: '1', ELECTRON_OVERRIDE_DIST_PATH: join(root, 'tests', 'electron-stand-in') };
  run(process.execPath, [join(root, 'tests', 'electron-stand-in', 'start.ts'), root, ...process.argv.slice(2)], extra);
}

async function start() {
  if (process.platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    stop("Werkbank's window needs a display, and there is none here: start it on the desktop or over `ssh -X`, or use the terminal (bin/werkbank --help).");
  }
  if (env.WERKBANK_PREVIEW === '1') {
    if (findChromium()) return startPreview();
    stop('There is no Chromium for the preview: install the package chromium, or set WERKBANK_CHROMIUM to one.');
  }
  const failure = electronExecutable() ? null : await fetchElectron();
  const electron = electronExecutable();
  if (electron) {
    if (isRoot && env.WERKBANK_ALLOW_ROOT !== '1') stop('Start Werkbank as your own user, not as root: it asks for rights when a job needs them.');
    return run(electron, [...(isRoot ? ['--no-sandbox'] : []), root, ...process.argv.slice(2)]);
  }
  if (findChromium()) {
    console.error(`Electron's runtime could not be downloaded (${failure}), so this is a preview of Werkbank in a Chromium window${isRoot ? ' (as root, and so without its sandbox)' : ''}.`);
    return startPreview();
  }
  return stop(`Electron's runtime could not be downloaded (${failure}) and there is no Chromium for a preview: connect to the internet and start again, or use the terminal (bin/werkbank --help).`);
}

await start();
