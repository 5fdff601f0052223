import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { race, shell, table, type Contestant, type Goal, type Measured } from '../support/measure.ts';
import { makeTree } from './make-tree.ts';
import type { MediaBench } from './run.ts';

/** Ours takes at most twice as long as wimlib to read a WIM; packing has no goal but its size. */
const READING_AT_MOST = 2;
const SIZE_AT_MOST = 1.03;
const WIM_SCRIPT = join(import.meta.dirname, 'wim.ts');

const ours = (name: string, ...args: string[]): Contestant => ({ name, program: process.execPath, args: [WIM_SCRIPT, ...args] });

/** XPRESS and LZX as wimlib packs them by default: verified (unpacked and hashed) and applied (written to a folder besides). */
export async function codecs({ rounds, folder, report }: MediaBench): Promise<void> {
  const tree = join(folder, 'media-tree');
  const out = join(folder, 'media-out');
  makeTree(tree);
  const fresh = (name: string, command: string): Contestant => shell(name, `rm -rf ${out} && mkdir ${out} && ${command}`);
  const contestants: Contestant[] = [];
  const goals: Goal[] = [];
  const wims: string[] = [];
  for (const kind of ['xpress', 'lzx']) {
    const wim = captured(folder, kind, tree, `--compress=${kind}`);
    wims.push(wim);
    contestants.push(
      ...verifiers(kind, wim),
      fresh(`werkbank apply, ${kind}`, `${process.execPath} ${WIM_SCRIPT} apply ${wim} ${out}`),
      fresh(`wimlib-imagex apply, ${kind}`, `wimlib-imagex apply ${wim} 1 ${out}`),
    );
    for (const job of ['verify', 'apply']) goals.push({ ours: `werkbank ${job}, ${kind}`, peer: `wimlib-imagex ${job}, ${kind}`, atMost: READING_AT_MOST });
  }
  const read = await race(contestants, rounds, wims);
  report('codecs', table(read, goals), { rounds, read, goals });
}

/** LZMS in one solid resource, verified: of a part of the tree, since wimlib takes long to pack it. */
export async function solid({ rounds, folder, report }: MediaBench): Promise<void> {
  const tree = join(folder, 'media-tree');
  makeTree(tree);
  const wim = captured(folder, 'solid', join(tree, 'programs'), '--solid');
  const read = await race(verifiers('solid', wim), rounds, [wim]);
  const goals = [{ ours: 'werkbank verify, solid', peer: 'wimlib-imagex verify, solid', atMost: READING_AT_MOST }];
  report('solid', table(read, goals), { rounds, read, goals });
}

function captured(folder: string, kind: string, tree: string, how: string): string {
  const wim = join(folder, `media-${kind}.wim`);
  if (!existsSync(wim)) execFileSync('wimlib-imagex', ['capture', tree, wim, how], { stdio: 'ignore' });
  return wim;
}

const verifiers = (kind: string, wim: string): Contestant[] => [
  ours(`werkbank verify, ${kind}`, 'verify', wim),
  { name: `wimlib-imagex verify, ${kind}`, program: 'wimlib-imagex', args: ['verify', wim] },
];

/** The same tree packed by both. Once each: it takes long, and only the size has a goal. */
export async function packing({ folder, report }: MediaBench): Promise<void> {
  const tree = join(folder, 'media-tree');
  makeTree(tree);
  const part = join(tree, 'programs');
  const packed: Measured[] = [];
  const rows: string[] = [];
  for (const kind of ['xpress', 'lzx']) {
    const [mine, theirs] = [join(folder, `media-${kind}-ours.wim`), join(folder, `media-${kind}-theirs.wim`)];
    const contestants = [
      ours(`werkbank capture, ${kind}`, 'capture', part, mine, kind),
      shell(`wimlib-imagex capture, ${kind}`, `rm -f ${theirs} && wimlib-imagex capture ${part} ${theirs} --compress=${kind} && sync ${theirs}`),
    ];
    packed.push(...(await race(contestants, 1, [], [])));
    const ratio = statSync(mine).size / statSync(theirs).size;
    rows.push(`| ${kind} | ${statSync(mine).size} | ${statSync(theirs).size} | ${ratio.toFixed(4)} | ${SIZE_AT_MOST} | ${ratio <= SIZE_AT_MOST ? 'yes' : '**no**'} |`);
  }
  const sizes = ['| packing | our bytes | wimlib’s bytes | ratio | goal | met |', '|---|---|---|---|---|---|', ...rows].join('\n');
  report('packing', `${table(packed, [])}\n\n${sizes}`, { packed });
}
