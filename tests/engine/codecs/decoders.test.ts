import { execFileSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import { bunzip2 } from '../../../native-free-engine/codecs/bzip2.ts';
import { gunzip } from '../../../native-free-engine/codecs/gzip.ts';
import { unlz4 } from '../../../native-free-engine/codecs/lz4.ts';
import { unxz } from '../../../native-free-engine/codecs/xz/xz.ts';
import { unzstd } from '../../../native-free-engine/codecs/zstd.ts';
import type { ByteStream } from '../../../native-free-engine/io/types.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { imageBytes } from '../../support/test-image.ts';

/** A stream that gives at most `step` bytes at a time. */
function trickle(bytes: Buffer, step: number): ByteStream & { closed: boolean } {
  let at = 0;
  return {
    size: bytes.length,
    closed: false,
    async read(buffer) {
      await Promise.resolve();
      const piece = bytes.subarray(at, at + Math.min(step, buffer.length));
      buffer.set(piece);
      at += piece.length;
      return piece.length;
    },
    consumed: () => at,
    close() {
      this.closed = true;
      return Promise.resolve();
    },
  };
}

async function drain(stream: ByteStream, step: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const buffer = Buffer.alloc(step);
    const got = await stream.read(buffer);
    parts.push(buffer.subarray(0, got));
    if (got < step) break;
  }
  expect(await stream.read(Buffer.alloc(1))).toBe(0);
  return Buffer.concat(parts);
}

const DECODERS = [
  { tool: 'gzip', decode: gunzip, settings: [['-1'], ['-9'], ['--no-name', '-6']] },
  { tool: 'bzip2', decode: bunzip2, settings: [['-1'], ['-9']] },
  { tool: 'lz4', decode: unlz4, settings: [['-q', '-1'], ['-q', '-9', '-BX', '--content-size'], ['-q', '-B4', '-BD'], ['-q', '-l']] },
  { tool: 'zstd', decode: unzstd, settings: [['-1'], ['-19', '--no-check'], ['--ultra', '-22', '--long=27']] },
  {
    tool: 'xz', decode: unxz, settings: [
      ['-0'], ['-9e'], ['--check=none'], ['--check=crc32'], ['--check=sha256'], ['-T2', '--block-size=8192'],
      ['--lzma2=preset=6,lc=4,lp=0,pb=4'], ['--lzma2=preset=6,lc=0,lp=2,pb=2,nice=273,dict=4KiB'], ['--lzma2=preset=0,mode=fast,mf=hc3,dict=1536KiB'],
    ],
  },
] as const;

const CONTENTS: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from('x')],
  ['zeros', Buffer.alloc(3_000_000)],
  ['noise', seeded(11).bytes(200_000)],
  ['runs of every length', Buffer.concat(Array.from({ length: 300 }, (_, index) => Buffer.alloc(index, index % 7)))],
  ['disks', imageBytes('disk', 1_300_000)],
];

for (const { tool, decode, settings } of DECODERS) {
  describe(tool, () => {
    const test = need({ tools: [tool] });
    for (const setting of settings) {
      test(`${setting.join(' ')}: what the tool packs is unpacked to the same bytes`, async () => {
        for (const [name, content] of CONTENTS) {
          const packed = execFileSync(tool, [...setting, '-c'], { input: content, maxBuffer: 1 << 28 });
          for (const [inStep, outStep] of [[1 << 20, 1 << 20], [1013, 77_777]] as const) {
            const input = trickle(packed, inStep);
            const stream = decode(input);
            const result = await drain(stream, outStep);
            expect(Buffer.compare(result, content), `${name}, ${result.length} of ${content.length} bytes`).toBe(0);
            expect(stream.consumed()).toBe(packed.length);
            await stream.close();
            expect(input.closed).toBe(true);
          }
        }
      });
    }

    test('a reader that stops half-way closes, also while data is under way', async () => {
      const packed = execFileSync(tool, ['-c'], { input: Buffer.concat(Array.from({ length: 8 }, () => CONTENTS[5]![1])), maxBuffer: 1 << 28 });
      for (let index = 0; index < 4; index++) {
        const stream = decode(trickle(packed, 100_000));
        expect(await stream.read(Buffer.alloc(1000))).toBe(1000);
        await stream.close();
      }
      const untouched = decode(trickle(packed, 100_000));
      await untouched.close();
    });

    test('a fault of the input comes through, and stays', async () => {
      const packed = execFileSync(tool, ['-c'], { input: CONTENTS[5]![1], maxBuffer: 1 << 28 });
      const input = trickle(packed.subarray(0, packed.length >> 1), 5000);
      const read = input.read.bind(input);
      input.read = async (buffer) => {
        const got = await read(buffer);
        if (got === 0) throw new Error('unplugged');
        return got;
      };
      const stream = decode(input);
      for (let tries = 0; tries < 2; tries++) await expect(drain(stream, 1 << 22)).rejects.toThrow('unplugged');
      await stream.close();
    });
  });
}
