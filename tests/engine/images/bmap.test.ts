import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkBmapFits, findBmap, parseBmap } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-bmap-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sealed = (xml: string): Buffer => {
  const zeros = '0'.repeat(64);
  const open = xml.replace('@', zeros);
  return Buffer.from(open.replace(zeros, createHash('sha256').update(open).digest('hex')));
};
const A = 'a'.repeat(64);
const GOOD = `<?xml version="1.0" ?>
<!-- made by hand -->
<bmap version="2.0">
  <ImageSize> 20000 </ImageSize> <BlockSize> 4096 </BlockSize> <BlocksCount> 5 </BlocksCount>
  <MappedBlocksCount> 3 </MappedBlocksCount> <ChecksumType> sha256 </ChecksumType>
  <BmapFileChecksum> @ </BmapFileChecksum>
  <BlockMap>
    <Range chksum="${A}"> 0-1 </Range>
    <Range chksum="${A.toUpperCase()}"> 4 </Range>
  </BlockMap>
</bmap>
`;

test('version 2.0: ranges in bytes, the last block cut to the image', () => {
  expect(parseBmap(sealed(GOOD))).toEqual({
    imageSize: 20_000,
    blockSize: 4096,
    checksumType: 'sha256',
    ranges: [{ offset: 0, length: 8192, hex: A }, { offset: 16_384, length: 3616, hex: A }],
    mapped: [{ offset: 0, length: 8192 }, { offset: 16_384, length: 3616 }],
  });
});

test('version 1.3, which knows SHA-1 by its elements, and 1.2 without checksums', () => {
  const body = (extra: string, attribute: string): string =>
    `<bmap version="1.${extra ? 3 : 2}"><ImageSize>8192</ImageSize><BlockSize>4096</BlockSize><BlocksCount>2</BlocksCount>${extra}<BlockMap><Range${attribute}>1</Range></BlockMap></bmap>`;
  const open = body(`<BmapFileSHA1>${'0'.repeat(40)}</BmapFileSHA1>`, ` sha1="${'b'.repeat(40)}"`);
  const v13 = parseBmap(Buffer.from(open.replace('0'.repeat(40), createHash('sha1').update(open).digest('hex'))));
  expect(v13).toMatchObject({ checksumType: 'sha1', ranges: [{ offset: 4096, length: 4096, hex: 'b'.repeat(40) }] });
  expect(parseBmap(Buffer.from(body('', '')))).toMatchObject({ checksumType: null, ranges: [{ hex: null }] });
});

describe('refused as bmap-malformed', () => {
  const bad = (from: string | RegExp, to: string): Buffer => sealed(GOOD.replace(from, to));
  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['no XML', Buffer.from('hello')],
    ['cut off', sealed(GOOD).subarray(0, 300)],
    ['a wrong checksum of its own', Buffer.from(sealed(GOOD).toString().replace('0-1', '0-0'))],
    ['an entity', bad('<BlockMap>', '<BlockMap>&lol;')],
    ['a DOCTYPE', bad('<bmap', '<!DOCTYPE x [<!ENTITY a "b">]><bmap')],
    ['deep nesting', Buffer.from('<a>'.repeat(100_000))],
    ['another root', bad(/bmap (?=version)/, 'map ')],
    ['a version nobody knows', bad('2.0', '3.0')],
    ['a range beyond the image', bad('> 4 <', '> 5 <')],
    ['a range backwards', bad('0-1', '1-0')],
    ['ranges out of order', bad('0-1', '4-4')],
    ['a wrong count', bad('> 3 <', '> 4 <')],
    ['a wrong count of blocks', bad('> 5 <', '> 6 <')],
    ['blocks of no size', bad('> 4096 <', '> 0 <')],
    ['a size with 17 digits', bad('20000', '20000000000000000')],
    ['a checksum of the wrong length', bad(A, 'abc')],
    ['a checksum type nobody knows', bad('sha256', 'crc7')],
    ['an element twice', bad('<BlockSize>', '<BlockSize> 4096 </BlockSize><BlockSize>')],
    ['more behind the end', Buffer.concat([sealed(GOOD), Buffer.from('<x/>')])],
  ])('%s', (_, bytes) => {
    expect(() => parseBmap(bytes)).toThrow(expect.objectContaining({ code: 'bmap-malformed' }));
  });

  test('whatever bytes are changed, it is refused or says the same', () => {
    const random = seeded(1);
    const good = sealed(GOOD);
    for (let index = 0; index < 500; index++) {
      const bytes = Buffer.from(good);
      bytes[random.below(bytes.length)] = random.below(256);
      try {
        expect(parseBmap(bytes)).toEqual(parseBmap(good));
      } catch (error) {
        expect(error).toMatchObject({ code: 'bmap-malformed' });
      }
    }
  });
});

test('a map for an image of another size does not fit', () => {
  const map = parseBmap(sealed(GOOD));
  checkBmapFits(map, 20_000);
  expect(() => checkBmapFits(map, 20_001)).toThrow(expect.objectContaining({ code: 'bmap-size-mismatch', params: { mapSize: 20_000, imageSize: 20_001 } }));
});

test('is found beside the image, by the names that publishers use', async () => {
  const image = join(folder, 'x.img.xz');
  expect(await findBmap(image)).toBeNull();
  for (const name of ['x.bmap', 'x.img.bmap', 'x.img.xz.bmap']) {
    await writeFile(join(folder, name), sealed(GOOD));
    expect(await findBmap(image)).toMatchObject({ imageSize: 20_000 });
    await rm(join(folder, name));
  }
  await writeFile(join(folder, 'x.img.bmap'), 'broken');
  await expect(findBmap(image)).rejects.toMatchObject({ code: 'bmap-malformed' });
});

need({ tools: ['bmaptool'], linux: true })('reads what bmaptool itself makes, and finds the same bytes', async () => {
  const path = join(folder, 'sparse.img');
  execFileSync('truncate', ['-s', '3M', path]);
  const random = seeded(3);
  for (const seek of [0, 40, 41, 500]) execFileSync('dd', [`of=${path}`, 'bs=4096', `seek=${seek}`, 'conv=notrunc', 'status=none'], { input: random.bytes(4096) });
  execFileSync('bmaptool', ['create', '-o', join(folder, 'sparse.bmap'), path], { stdio: 'ignore' });
  const map = await findBmap(path);
  const image = await readFile(path);
  expect(map?.imageSize).toBe(image.length);
  expect(map?.ranges.length).toBeGreaterThan(1);
  const rest = Buffer.from(image);
  for (const { offset, length, hex } of map?.ranges ?? []) {
    expect(createHash('sha256').update(image.subarray(offset, offset + length)).digest('hex')).toBe(hex);
    rest.fill(0, offset, offset + length);
  }
  expect(rest.every((byte) => byte === 0)).toBe(true);
});
