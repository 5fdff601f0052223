/**
 * Unpacking speed against the tools, one after the other, medians of three:
 *   node bench/codecs/run.ts FILE...        (each packed as .gz, .xz, .bz2 or .zst)
 */
import { spawnSync } from 'node:child_process';
import { openImage } from '../../native-free-engine/index.ts';

const TOOLS: Readonly<Record<string, readonly string[]>> = { gz: ['gzip', '-dc'], xz: ['xz', '-T1', '-dc'], bz2: ['bzip2', '-dc'], zst: ['zstd', '-qdc'] };
const ROUNDS = 3;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

async function seconds(work: () => Promise<void> | void): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function unpack(path: string): Promise<number> {
  const image = await openImage(path);
  const stream = await image.openStream(0);
  const buffer = new Uint8Array(4 << 20);
  let total = 0;
  for (let got = -1; got !== 0; total += got) got = await stream.read(buffer);
  await stream.close();
  await image.close();
  return total;
}

for (const path of process.argv.slice(2)) {
  const [tool = '', ...flags] = TOOLS[path.split('.').at(-1) ?? ''] ?? [];
  const ours: number[] = [];
  const theirs: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await seconds(() => void spawnSync(tool, [...flags, path], { stdio: ['ignore', 'ignore', 'inherit'] })));
    ours.push(await seconds(async () => {
      bytes = await unpack(path);
    }));
  }
  const [mine, peer] = [median(ours), median(theirs)];
  const rate = (time: number): string => `${Math.round(bytes / 1e6 / time)} MB/s`;
  console.log(`${path}: ${bytes} bytes, ${tool} ${flags.join(' ')} ${peer.toFixed(2)} s (${rate(peer)}), here ${mine.toFixed(2)} s (${rate(mine)}), ratio ${(mine / peer).toFixed(2)}`);
}
