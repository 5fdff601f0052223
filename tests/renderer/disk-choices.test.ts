import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Disk } from '../../src/contract/index.ts';
import { useCapture } from '../../src/renderer/stores/capture.ts';
import { forgetSwappedDisks } from '../../src/renderer/stores/choices.ts';
import { useDisks } from '../../src/renderer/stores/disks.ts';
import { useDrivers } from '../../src/renderer/stores/drivers.ts';
import { useFormat } from '../../src/renderer/stores/format.ts';
import { useRead } from '../../src/renderer/stores/read.ts';
import { useRestore } from '../../src/renderer/stores/restore.ts';
import { settle, type Slot } from '../../src/renderer/stores/slots.ts';
import { useWindowsStick } from '../../src/renderer/stores/windows-stick.ts';
import { useWinpe } from '../../src/renderer/stores/winpe.ts';
import { useWrite } from '../../src/renderer/stores/write.ts';
import { DISKS } from './harness/data.ts';

const [, sandisk, kingston, nameless, internal, , practice] = DISKS as readonly [Disk, Disk, Disk, Disk, Disk, Disk, Disk];
const SEVERAL = [useWrite, useRestore, useWindowsStick, useWinpe] as const;
const ONE = [useFormat, useRead, useDrivers, useCapture] as const;

let stop: () => void;
beforeEach(() => {
  useDisks.setState({ disks: null, error: null });
  stop = forgetSwappedDisks();
});
afterEach(() => stop());

/** What each wizard has chosen after its disk was chosen and these lists came, one after the other. */
function chosenAfter(disk: Disk, ...lists: readonly (readonly Disk[])[]): boolean[] {
  const { replace } = useDisks.getState();
  replace([disk, internal]);
  for (const wizard of SEVERAL) wizard.getState().choose([disk.id, internal.id]);
  for (const wizard of ONE) wizard.getState().choose(disk.id);
  for (const list of lists) replace(list);
  for (const wizard of SEVERAL) expect(wizard.getState().disks).toContain(internal.id);
  return [...SEVERAL.map((wizard) => wizard.getState().disks.includes(disk.id)), ...ONE.map((wizard) => wizard.getState().disk === disk.id)];
}
const kept = (value: boolean) => Array.from({ length: SEVERAL.length + ONE.length }, () => value);

test('another stick at the path of the chosen one is chosen in no wizard', () => {
  const other = { ...kingston, id: sandisk.id, path: sandisk.path };
  expect(chosenAfter(sandisk, [internal], [other, internal])).toEqual(kept(false));
  expect(chosenAfter(sandisk, [other, internal])).toEqual(kept(false));
  expect(chosenAfter(sandisk, [{ ...sandisk, serial: 'another of its kind' }, internal])).toEqual(kept(false));
});

test('the stick that comes back stays chosen where its serial number says that it is the same', () => {
  expect(chosenAfter(sandisk, [internal], [sandisk, internal])).toEqual(kept(true));
  expect(chosenAfter(nameless, [internal], [nameless, internal])).toEqual(kept(false));
});

test('what is found out later about a disk, and partitions that change, leave it chosen', () => {
  expect(chosenAfter(nameless, [{ ...nameless, serial: 'known by now' }, internal])).toEqual(kept(true));
  expect(chosenAfter(sandisk, [{ ...sandisk, table: 'none', partitions: [] }, internal])).toEqual(kept(true));
});

const shown = (slots: readonly Slot[]) => slots.map(({ disk, gone }) => `${gone ? 'gone ' : ''}${disk.model}`);

test('no row moves under the mouse: who goes leaves its place, who comes is last', () => {
  const first = settle([], [sandisk, kingston]);
  expect(shown(first)).toEqual(['SanDisk Ultra USB 3.0', 'Kingston DataTraveler Max']);
  expect(settle(first, [sandisk, kingston])).toBe(first);
  const pulled = settle(first, [kingston]);
  expect(shown(pulled)).toEqual(['gone SanDisk Ultra USB 3.0', 'Kingston DataTraveler Max']);
  // Its number would put it between the two.
  const plugged = settle(pulled, [nameless, kingston]);
  expect(shown(plugged)).toEqual(['gone SanDisk Ultra USB 3.0', 'Kingston DataTraveler Max', 'Generic Flash Disk']);
  expect(shown(settle(plugged, [sandisk, nameless, kingston]))).toEqual(['SanDisk Ultra USB 3.0', 'Kingston DataTraveler Max', 'Generic Flash Disk']);
});

test('another disk at the same path has a row of its own, and the same one is drawn anew in its place', () => {
  const first = settle([], [sandisk, kingston]);
  const other = { ...internal, id: sandisk.id };
  expect(shown(settle(first, [other, kingston]))).toEqual(['gone SanDisk Ultra USB 3.0', 'Kingston DataTraveler Max', internal.model]);
  const empty = { ...sandisk, partitions: [] };
  expect(settle(first, [empty, kingston]).map(({ disk }) => disk)).toEqual([empty, kingston]);
});

test('a practice disk that is deleted leaves no place behind', () => {
  expect(shown(settle(settle([], [sandisk, practice]), [sandisk]))).toEqual(['SanDisk Ultra USB 3.0']);
});
