import { beforeEach, expect, test } from 'vitest';
import type { Bridge, CallName, PlainError } from '../../src/contract/index.ts';
import { parseLimit } from '../../src/renderer/components/ImagingOptions.tsx';
import { folderOf, inFolder } from '../../src/renderer/formatting/paths.ts';
import { layoutPartitions, segmentsOf } from '../../src/renderer/formatting/segments.ts';
import { destinationOf, leftOutRisks, useCapture } from '../../src/renderer/stores/capture.ts';
import { choosable } from '../../src/renderer/stores/choosable.ts';
import { openStops } from '../../src/renderer/stores/confirmations.ts';
import { imagesOf, matching } from '../../src/renderer/stores/library.ts';
import { canRestore, leastSize, misfit, useRestore } from '../../src/renderer/stores/restore.ts';
import { DISKS } from './harness/data.ts';
import { captureFindings, describeFake, layoutOn, LISTING } from './harness/imaging-data.ts';

const refusal = (code: string): PlainError => ({ code, params: {}, retryable: false, place: null, detail: '' });
let answers: Partial<Record<CallName, (input: never) => unknown>> = {};

const bridge: Bridge = {
  call: async (name, input) => {
    const answer = answers[name];
    return answer ? { ok: true, value: (await answer(input as never)) as never } : { ok: false, error: refusal('unexpected') };
  },
  listen: () => () => undefined,
  pathOf: () => '',
};

const kingston = DISKS[2]!;
const image = describeFake(LISTING.images[0]!.path);

beforeEach(() => {
  Object.assign(globalThis, { window: { werkbank: bridge } });
  answers = {};
  useCapture.getState().restart();
  useCapture.setState({ folder: '' });
  useRestore.getState().restart(false);
});

test('a path keeps the sign of its folder', () => {
  expect(inFolder('/srv/images', 'a.qcow2')).toBe('/srv/images/a.qcow2');
  expect(inFolder('D:\\', 'a.qcow2')).toBe('D:\\a.qcow2');
  expect(inFolder('D:\\images', 'a.qcow2')).toBe('D:\\images\\a.qcow2');
  expect(folderOf('/srv/images/a.qcow2')).toBe('/srv/images');
  expect(destinationOf({ folder: '/srv', name: 'a.qcow2' })).toBe('/srv/a.qcow2');
});

test('a speed limit as typed', () => {
  expect(parseLimit('', 'en')).toBe(0);
  expect(parseLimit('50', 'en')).toBe(50e6);
  expect(parseLimit('1,5', 'nl')).toBe(1.5e6);
  expect(parseLimit('1,5', 'en')).toBe(null);
  expect(parseLimit('fast', 'en')).toBe(null);
});

test('leaving out the system, or what starts it, is warned about', () => {
  expect(leftOutRisks(kingston.partitions, null)).toEqual([]);
  expect(leftOutRisks(kingston.partitions, [1, 2, 4])).toEqual(['os']);
  expect(leftOutRisks(kingston.partitions, [3])).toEqual(['efi']);
  expect(choosable(kingston.partitions)).toHaveLength(4);
});

test('a suggested name never replaces one that was typed', async () => {
  answers = { 'capture.suggestName': () => ({ name: 'suggested.qcow2', path: '' }), 'capture.unfinished': () => null };
  useCapture.getState().choose(kingston.id);
  useCapture.getState().chooseFolder('/srv/images');
  await expect.poll(() => useCapture.getState().name).toBe('suggested');
  useCapture.getState().setName('mine');
  await useCapture.getState().suggest();
  expect(useCapture.getState().name).toBe('mine');
});

test('an interrupted capture at the destination is found, and choosing another name forgets it', async () => {
  answers = { 'capture.unfinished': ({ destination }: { destination: string }) => (destination.endsWith('/half.qcow2') ? LISTING.unfinished[0] : null) };
  useCapture.setState({ disk: kingston.id, folder: '/srv/images' });
  useCapture.getState().setName('half');
  await expect.poll(() => useCapture.getState().unfinished).not.toBe(null);
  useCapture.getState().setOptions({ resume: true });
  useCapture.getState().setName('other');
  expect(useCapture.getState()).toMatchObject({ unfinished: null, resume: false });
});

test('going on from the library leads to the same place', () => {
  useCapture.getState().takeUp(LISTING.unfinished[0]!, DISKS[1]!.id);
  expect(destinationOf(useCapture.getState())).toBe(LISTING.unfinished[0]!.path);
  expect(useCapture.getState()).toMatchObject({ resume: true, step: 'partitions' });
});

test('every stop has to be agreed to by name', () => {
  const plan = { ...captureFindings(kingston, null), disk: { ...kingston, tableHash: null } } as never;
  expect(openStops(plan, {})).toBe(1);
  expect(openStops(plan, { [kingston.id]: ['dirty'] })).toBe(1);
  expect(openStops(plan, { [kingston.id]: ['hibernated'] })).toBe(0);
});

test('incremental images are offered for the same disk only', () => {
  expect(imagesOf(LISTING.images, kingston)).toHaveLength(2);
  expect(imagesOf(LISTING.images, DISKS[1]!)).toEqual([]);
  expect(imagesOf(LISTING.images, { serial: ' ', size: kingston.size })).toEqual([]);
});

test('the library is searched by every word', () => {
  expect(matching(LISTING.images, 'balie delivery')).toHaveLength(1);
  expect(matching(LISTING.images, 'front DESK')).toHaveLength(1);
  expect(matching(LISTING.images, 'nothing')).toEqual([]);
});

test('a disk too small or with other sectors says so; leaving out the last partition makes an image smaller', () => {
  expect(misfit(kingston, image, null)).toBe(null);
  expect(misfit(DISKS[3]!, image, null)).toMatchObject({ kind: 'small' });
  expect(misfit({ ...kingston, logicalSectorSize: 4096 }, image, null)).toEqual({ kind: 'sectors' });
  expect(leastSize(image, [1, 2])).toBeLessThan(leastSize(image, null));
});

test('an image whose parent is gone cannot be restored', () => {
  expect(canRestore(null)).toBe(false);
  expect(canRestore(image)).toBe(true);
  expect(canRestore(describeFake('/srv/images/orphan.qcow2'))).toBe(false);
});

test('an answer about an image that is no longer asked for is thrown away', async () => {
  answers = { 'image.describe': ({ location }: { location: string }) => describeFake(location) };
  const first = useRestore.getState().describe('/srv/images/first.qcow2');
  const second = useRestore.getState().describe('/srv/images/second.qcow2');
  await Promise.all([first, second]);
  expect(useRestore.getState().image?.location).toBe('/srv/images/second.qcow2');
});

test('a planned layout is drawn without what is not restored', () => {
  const layout = layoutOn(DISKS[4]!, image, [1, 2, 3], true);
  const drawn = layoutPartitions(layout);
  expect(drawn.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(segmentsOf(DISKS[4]!.size, drawn).filter(({ partition }) => partition)).toHaveLength(3);
});
