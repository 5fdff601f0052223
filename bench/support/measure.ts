import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A command line to be timed against others. */
export interface Contestant {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The largest resident size of the process, MB; of a pipeline, of its shell's largest child. */
  readonly peakMb: number;
}

export interface Measured {
  readonly name: string;
  readonly runs: readonly Run[];
  readonly median: Run;
}

/** A shell pipeline as a contestant. */
export const shell = (name: string, script: string): Contestant => ({ name, program: 'bash', args: ['-o', 'pipefail', '-c', script] });

/**
 * Every contestant in turn, `rounds` times over, so that a machine that drifts drifts for all of them.
 * @param warmUp who runs once before it counts: all, or, where a round takes minutes, fewer
 * @param data files that must not be in the page cache when a run starts: what was read for the one before must not serve the next
 */
export async function race(contestants: readonly Contestant[], rounds: number, data: readonly string[], warmUp: readonly Contestant[] = contestants): Promise<Measured[]> {
  const runs = new Map<string, Run[]>(contestants.map(({ name }) => [name, []]));
  // A round that does not count: the first write after a pause is slow on every machine, whoever makes it.
  for (const contestant of warmUp) await timed(contestant, data);
  for (let round = 1; round <= rounds; round++) {
    // Forwards and backwards in turn: whoever comes after the hungriest one pays for it, if it is always the same.
    for (const contestant of round % 2 === 1 ? contestants : contestants.toReversed()) {
      const run = await timed(contestant, data);
      runs.get(contestant.name)!.push(run);
      console.error(`round ${round}  ${contestant.name.padEnd(52)} ${run.seconds.toFixed(2)} s  ${run.peakMb.toFixed(0)} MB`);
    }
  }
  return contestants.map(({ name }) => ({ name, runs: runs.get(name)!, median: medianOf(runs.get(name)!) }));
}

/** What bin/werkbank sets: threads for disk work, and compiled modules kept for the next start. */
export const ENVIRONMENT = { UV_THREADPOOL_SIZE: '16', NODE_COMPILE_CACHE: join(tmpdir(), 'werkbank-bench-compiled') };

const SETTLE_MS = 6000;

/** With the data out of the cache. */
async function timed({ program, args, env, name }: Contestant, data: readonly string[]): Promise<Run> {
  spawnSync('sync');
  // Disks with a cache or a quota of their own get the same breath before every run.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  // POSIX_FADV_DONTNEED for the data alone: the programs themselves stay warm, large ones and small ones.
  for (const file of data) spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none']);
  const started = performance.now();
  // GNU time's own accounting of the finished process and its children.
  const child = spawn('/usr/bin/time', ['-f', 'TIMES %U %S %M', program, ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...ENVIRONMENT, ...env } });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const seconds = (performance.now() - started) / 1000;
  const figures = /TIMES (\S+) (\S+) (\S+)/.exec(errors);
  if (code !== 0 || !figures) throw new Error(`${name} failed (${code}):\n${errors}`);
  return { seconds, cpuSeconds: Number(figures[1]) + Number(figures[2]), peakMb: Number(figures[3]) / 1024 };
}

function medianOf(runs: readonly Run[]): Run {
  const middle = (pick: (run: Run) => number): number => {
    const sorted = runs.map(pick).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)]!;
  };
  return { seconds: middle((run) => run.seconds), cpuSeconds: middle((run) => run.cpuSeconds), peakMb: middle((run) => run.peakMb) };
}

/** A goal: `ours` takes at most `atMost` times as long as `peer`. */
export interface Goal {
  readonly ours: string;
  readonly peer: string;
  readonly atMost: number;
}

/** The table of a bench's README, and whether each goal was met. */
export function table(measured: readonly Measured[], goals: readonly Goal[]): string {
  const seconds = (name: string): number => measured.find((entry) => entry.name === name)!.median.seconds;
  const figures = measured.map(({ name, median, runs }) => {
    const all = runs.map((run) => run.seconds);
    return `| ${name} | ${median.seconds.toFixed(2)} | ${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)} | ${median.cpuSeconds.toFixed(2)} | ${median.peakMb.toFixed(0)} |`;
  });
  const ratios = goals.map(({ ours, peer, atMost }) => {
    const ratio = seconds(ours) / seconds(peer);
    return `| ${ours} | ${peer} | ${ratio.toFixed(2)} | ${atMost.toFixed(2)} | ${ratio <= atMost ? 'yes' : '**no**'} |`;
  });
  return [
    '| command | median s | min to max s | CPU s | peak MB |', '|---|---|---|---|---|', ...figures, '',
    '| ours | against | ratio | goal | met |', '|---|---|---|---|---|', ...ratios,
  ].join('\n');
}

/** Cores, memory and kernel, for the line above a table. */
export function machine(): string {
  const cores = readFileSync('/proc/cpuinfo', 'utf8').match(/^processor/gm)?.length ?? 0;
  const kernel = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  return `${cores} cores, Linux ${kernel}, Node ${process.versions.node}`;
}
