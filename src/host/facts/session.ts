import { setTimeout as sleep } from 'node:timers/promises';
import {
  extFragments, known, missing, ntfsFragments, readAllocation, readBitlocker, thresholdsWith, totalLength, type AllocationMap, type CheckFacts, type CheckId, type DiskRef,
  type Encryption, type Fact, type Selection, type SmartHealth, type VolumeRef,
} from '../../../native-free-engine/index.ts';
import type { Disk, Partition } from '../../contract/index.ts';
import type { Disks } from '../disks.ts';
import type { DiskFacts } from '../facts.ts';
import { attempt, NotHere } from './attempt.ts';
import { destinationFacts, unreachable } from './destination.ts';
import { diskReader, type DiskReader } from './disk-reader.ts';
import { readOfflineWindows, type OfflineWindows } from './offline-windows.ts';
import { chosenPartitions } from './selection.ts';
import { scanSurface } from './surface.ts';
import type { FactSystem } from './system.ts';
import { volumeRef } from './volume-ref.ts';
import type { CheckRequest, FactGatherer, FactSession, GatherOptions } from './types.ts';

/** All checks of a round are begun together: within this. */
const GRACE_MS = 50;
const ALLOCATION_MS = 12_000;
const FRAGMENTS_MS = 15_000;
/** Counting the pieces of an ext volume's files: what was looked at by then is the sample. */
const SAMPLE_MS = 1_000;
const OFFLINE_MS = 10_000;
const LIBRARY_MS = 7_000;
/** What PXE, TFTP and the second PXE exchange use. */
const NETBOOT_PORTS = [67, 69, 4011] as const;
/** Hang outside the machine. */
const OUTSIDE: ReadonlySet<string> = new Set(['usb', 'sd', 'loop', 'file']);
const ENCRYPTED: ReadonlySet<string> = new Set(['luks', 'bitlocker']);

interface Options {
  /** When this program was built; milliseconds since 1970. */
  readonly built: number;
}

export function createFacts(disks: Disks, system: FactSystem, { built }: Options): FactGatherer {
  return {
    context: { system: system.name },
    begin: (request) => begin(disks, system, built, request),
    reachable: (path, signal) => system.reachable(path, signal),
    power: (signal) => system.power(signal),
  };
}

interface Place {
  readonly source: Source;
  readonly partition: Partition;
  readonly volume: VolumeRef;
}

interface Source {
  readonly disk: Disk;
  readonly reader: DiskReader;
  readonly isChosen: (number: number) => boolean;
  readonly volumes: readonly { readonly partition: Partition; readonly chosen: boolean; readonly volume: Promise<VolumeRef> }[];
}

function begin(disks: Disks, system: FactSystem, built: number, request: CheckRequest): FactSession {
  let measuring: Promise<unknown> | null = null;
  const started = sleep(GRACE_MS);
  /** What others do to a disk is measured before we read and write ourselves. */
  const quiet = async (): Promise<void> => {
    await started;
    await measuring?.catch(() => undefined);
  };
  const readers = new Map<string, DiskReader>();
  const readerOf = (disk: Disk): DiskReader => {
    const reader = readers.get(disk.id) ?? diskReader(disks, system, disk, quiet);
    readers.set(disk.id, reader);
    return reader;
  };
  const sources: Source[] = request.sources.map(({ disk, chosen }) => {
    const isChosen = (number: number): boolean => chosen?.includes(number) ?? true;
    return {
      disk, reader: readerOf(disk), isChosen,
      volumes: disk.partitions.filter(({ role }) => role !== 'extended').map((partition) => ({ partition, chosen: isChosen(partition.number), volume: volumeRef(system, disk, partition) })),
    };
  });

  /** Each disk once, also one that is read and written. */
  const everyDisk = (): Disk[] => [...new Map([...sources.map(({ disk }) => disk), ...request.targets].map((disk) => [disk.id, disk])).values()];

  const once = new Map<string, Promise<unknown>>();
  const memo = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const asked = (once.get(key) as Promise<T> | undefined) ?? ask();
    once.set(key, asked);
    return asked;
  };
  const reachable = (path: string, signal: AbortSignal): Promise<Fact<true>> => memo(`reachable ${path}`, () => system.reachable(path, signal));
  const realDisks = (): Promise<readonly DiskFacts[]> => memo('disks', () => disks.real());
  /** One answer for each chosen partition that passes. */
  const ofVolumes = async <T extends object>(test: (partition: Partition) => boolean, ask: (of: Place) => Promise<T>): Promise<{ volumes: (T & { volume: VolumeRef })[]; unreadable: DiskRef[] }> => ({
    unreadable: sources.filter(({ disk }) => disk.table === 'unreadable' && disk.partitions.length === 0).map(({ disk }) => diskRef(disk)),
    volumes: await Promise.all(sources.flatMap((source) => source.volumes.filter(({ partition, chosen }) => chosen && test(partition)).map(async ({ partition, volume }) => {
      const reference = await volume;
      return { volume: reference, ...(await ask({ source, partition, volume: reference })) };
    }))),
  });

  const allocation = ({ source, partition }: { source: Source; partition: Partition }, signal: AbortSignal): Promise<Fact<AllocationMap>> =>
    memo(`allocation ${source.disk.id}#${partition.number}`, () =>
      source.reader.ask(partition, `${source.disk.path}, ${partition.fileSystem?.kind ?? ''}`, ALLOCATION_MS, signal, async (volume) => {
        const map = await readAllocation(volume, partition.fileSystem?.kind ?? '', { leaveOutSwapFiles: true, signal });
        if (!map) throw new NotHere();
        return map;
      }));
  const lockedIn = (of: Place): Fact<never> => missing('locked', placeName(of));
  const opaque = (of: Place): Fact<never> => (ENCRYPTED.has(of.partition.fileSystem?.kind ?? '') ? lockedIn(of) : missing('inside', placeName(of)));
  const offline = (of: Place, signal: AbortSignal): Promise<Fact<OfflineWindows>> => {
    const { source, partition } = of;
    if (isLocked(partition)) return Promise.resolve(lockedIn(of));
    return memo(`offline ${source.disk.id}#${partition.number}`, () =>
      source.reader.ask(partition, `${source.disk.path}, Windows/System32/config`, OFFLINE_MS, signal, async (volume) => {
        const found = await readOfflineWindows(volume);
        if (!found) throw new NotHere();
        return found;
      }));
  };
  const health = (disk: Disk, signal: AbortSignal): Promise<Fact<SmartHealth>> => memo(`health ${disk.id}`, () => system.health(disk, signal));
  const isRunning = (disk: Disk, partition: Partition): boolean => system.name === 'windows' && isSystemDisk(disk) && partition.mountPoints.some((path) => path.length > 0);

  const gatherers: { readonly [C in CheckId]: (options: GatherOptions) => Promise<CheckFacts[C]> } = {
    'power': async ({ signal }) => ({ supplies: await system.power(signal) }),
    'clock': async ({ signal }) => ({ now: Date.now(), built, synchronised: await system.synchronised(signal) }),
    'firmware': ({ signal }) => system.firmware(signal),
    'memory': async ({ signal }) => ({ memory: await system.memory(signal) }),

    'updates': async ({ signal }) => {
      const running = sources.some(({ disk }) => isSystemDisk(disk)) ? [{ volume: null, probes: await system.pending(signal) }] : [];
      const { volumes } = await ofVolumes(mayHoldWindows, async (of) => {
        if (isRunning(of.source.disk, of.partition)) return { probes: null };
        const fact = await offline(of, signal);
        return { probes: fact.known ? fact.value.pending.map(({ probe, what }) => ({ probe, found: known(what, fact.from) })) : [{ probe: 'updates' as const, found: fact }] };
      });
      return { systems: [...running, ...volumes.flatMap(({ volume, probes }) => (probes ? [{ volume, probes }] : []))] };
    },

    'external-devices': async ({ signal }) => {
      const all = await realDisks();
      const part = new Set([...sources.map(({ disk }) => disk.id), ...request.targets.map(({ id }) => id)]);
      if (request.destination !== null && (await reachable(request.destination, signal)).known) for (const id of await disks.holding(request.destination).catch(() => [])) part.add(id);
      const devices = await system.devices(all, signal);
      if (!devices.known) return { devices };
      return { devices: known(devices.value.map((each) => ({ ...each, diskId: each.diskId !== null && part.has(each.diskId) ? each.diskId : null })), devices.from) };
    },
    'hidden-disks': async ({ signal }) => ({
      internalDisks: (await realDisks()).filter(({ bus, removable }) => !removable && !OUTSIDE.has(bus)).length,
      controllers: await system.controllers(signal),
    }),

    'smart': async ({ signal }) => ({ disks: await Promise.all(sources.map(async ({ disk }) => ({ disk: diskRef(disk), health: await health(disk, signal) }))) }),
    'activity': async ({ signal }) => {
      const found = Promise.all(everyDisk().map(async (disk) => ({ disk: diskRef(disk), activity: await system.activity(disk, signal) })));
      measuring ??= found;
      return { disks: await found };
    },

    'file-system': async ({ signal }) => ({
      ...(await ofVolumes((partition) => hasFileSystem(partition) || isOpaque(partition), async (of) => {
        if (isOpaque(of.partition)) return { conditions: opaque(of) };
        const fact = await allocation(of, signal);
        return { conditions: fact.known ? known(fact.value.conditions, fact.from) : fact };
      })),
    }),
    'encryption': async ({ signal }) => ({
      ...(await ofVolumes((partition) => partition.fileSystem !== null, async (of) => ({
        encryption: await (system.encryption(of.volume, signal) ?? encryptionOnDisk(of, signal)),
      }))),
      byPolicy: await system.encryptsByPolicy(signal),
    }),
    'hibernation': async ({ signal }) => ({
      // A Windows that sleeps has a file to wake from also on volumes that are not its own.
      ...(await ofVolumes((partition) => partition.fileSystem?.kind === 'ntfs' || isLocked(partition), async (of) => {
        if (isLocked(of.partition)) return { asleep: lockedIn(of), fastStartup: lockedIn(of) };
        const map = await allocation(of, signal);
        const asleep = map.known ? known(map.value.conditions.includes('hibernated'), `${of.source.disk.path}, hiberfil.sys`) : map;
        return { asleep, fastStartup: await fastStartup(of, signal) };
      })),
    }),
    'os-partitions': () => Promise.resolve({ selections: sources.map(selectionOf), imaged: request.imaged }),
    'free-space': async ({ signal }) => ({
      ...(await ofVolumes(hasFileSystem, async (of) => {
        const map = await allocation(of, signal);
        const leftOut = map.known ? map.value.leftOut.reduce((sum, { extents }) => sum + totalLength(extents), 0) : 0;
        if (of.partition.usedBytes !== null) return { space: known({ used: of.partition.usedBytes, leftOut }, of.partition.mountPoints[0] ?? of.source.disk.path) };
        return { space: map.known ? known({ used: totalLength(map.value.used) + leftOut, leftOut }, map.from) : map };
      })),
    }),
    'fragmentation': async ({ signal }) => ({
      ...(await ofVolumes(({ fileSystem }) => /^(ntfs|ext[234])$/.test(fileSystem?.kind ?? ''), async ({ source, partition, volume }) => {
        const rotational = await memo(`rotational ${source.disk.id}`, () => system.rotational(source.disk, signal));
        // Without heads it does not matter, and counting takes its time.
        if (rotational.known && !rotational.value) return { rotational, fragmentation: missing('unsupported', rotational.from) };
        const asked = await system.fragmentation(volume, signal);
        // Where the system's tool is missing, or has not this volume, an ext volume is counted here.
        if (asked && (asked.known || partition.fileSystem?.kind === 'ntfs')) return { rotational, fragmentation: asked };
        if (partition.fileSystem?.kind !== 'ntfs') {
          return { rotational, fragmentation: await source.reader.ask(partition, `${source.disk.path}, inodes`, FRAGMENTS_MS, signal, (ext) => extFragments(ext, { signal, enough: after(SAMPLE_MS) })) };
        }
        return { rotational, fragmentation: await source.reader.ask(partition, `${source.disk.path}, $MFT`, FRAGMENTS_MS, signal, (ntfs) => ntfsFragments(ntfs, signal)) };
      })),
    }),
    'sysprep': ({ signal }) => ofVolumes(mayHoldWindows, async (of) => {
      const running = isRunning(of.source.disk, of.partition) ? await system.runningWindows(signal) : null;
      if (running) {
        const { imageState, product, computerName } = running;
        return { state: imageState.known ? known({ imageState: imageState.value, oobe: false, computerName, product, dirty: false, replayed: 0 }, imageState.from) : imageState };
      }
      const fact = await offline(of, signal);
      return { state: fact.known ? known(fact.value.sysprep, fact.from) : fact };
    }),
    'shrinking': () => Promise.resolve({ selections: sources.map(selectionOf) }),

    'image-name': async ({ signal }) => {
      const { destination, imageName } = request;
      if (imageName === null) return { name: null };
      const there = destination === null ? null : await reachable(destination, signal);
      return { name: there?.known === false ? there : await attempt('Werkbank', LIBRARY_MS, signal, imageName) };
    },
    'destination': async ({ signal }) => {
      const { destination } = request;
      await quiet();
      const there = destination === null ? null : await reachable(destination, signal);
      const wanted = { imageBytes: request.estimate.imageBytes, onDisks: () => disks.holding(destination ?? '') };
      return { destination: destination === null ? null : there?.known === false ? unreachable(destination, there) : await destinationFacts(system, destination, wanted, signal) };
    },
    'target': async ({ signal }) => {
      const all = await realDisks();
      await quiet();
      return {
        targets: await Promise.all(request.targets.map(async (disk) => ({
          disk: diskRef(disk), readOnly: disk.readOnly, partitions: disk.partitions.length, systemDisk: isSystemDisk(disk), health: await health(disk, signal), answers: await system.answers(disk, signal),
          twins: all.filter((other) => other.id !== disk.id && other.model === disk.model && other.size === disk.size).length,
        }))),
      };
    },

    'ports': async ({ signal }) => ({ ports: await Promise.all(NETBOOT_PORTS.map(async (port) => ({ port, holder: await system.holder(port, signal) }))) }),
    'dhcp': async ({ signal }) => ({ servers: await system.dhcp(signal) }),
    'file-system-scan': async ({ signal, onProgress }) => ({
      ...(await ofVolumes(hasFileSystem, async ({ volume }) => ({ scan: await system.scan(volume, signal, (share) => onProgress?.({ share })) }))),
    }),
    'surface': async (options) => {
      const found: CheckFacts['surface']['disks'][number][] = [];
      for (const disk of everyDisk()) found.push({ disk: diskRef(disk), scan: await readerOf(disk).whole(disk.path, options.signal, (source) => scanSurface(source, { slowMs: SLOW_MS, ...options })) });
      return { disks: found };
    },
  };

  async function fastStartup(of: Place, signal: AbortSignal): Promise<Fact<boolean>> {
    if (!holdsWindows(of.partition)) return missing('unsupported', of.source.disk.path);
    const running = isRunning(of.source.disk, of.partition) ? await system.runningWindows(signal) : null;
    if (running) return running.fastStartup;
    const still = await offline(of, signal);
    if (!still.known) return still;
    return still.value.fastStartup === null ? missing('unsupported', still.from) : known(still.value.fastStartup, still.from);
  }

  async function encryptionOnDisk(of: Place, signal: AbortSignal): Promise<Fact<Encryption>> {
    const { source, partition } = of;
    const kind = partition.fileSystem?.kind ?? '';
    const from = placeName(of);
    if (kind === 'luks') return known({ kind: 'luks', state: 'encrypted', percent: null, unlocked: false }, from);
    if (kind !== 'bitlocker') return known({ kind: 'none', state: 'off', percent: null, unlocked: true }, from);
    const read = await source.reader.ask(partition, from, OFFLINE_MS, signal, readBitlocker);
    // While it is being encrypted its key lies open too: that is not the same as only suspended.
    const state = read.known ? (read.value.suspended && read.value.state === 'encrypted' ? 'suspended' : read.value.state) : 'encrypted';
    return known({ kind: 'bitlocker', state, percent: read.known ? read.value.percent : null, unlocked: false }, from);
  }

  return {
    gather: (check, options) => gatherers[check](options),
    async close() {
      await Promise.all([...readers.values()].map((reader) => reader.close()));
    },
  };
}

const SLOW_MS = thresholdsWith().surfaceSlow;

/** Whether so much time has gone by from now. */
function after(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() > end;
}

const diskRef = ({ id, number, path, model, serial, size, logicalSectorSize, bus }: Disk): DiskRef => ({ id, number, path, model, serial, size, sectorSize: logicalSectorSize, bus });

const isSystemDisk = ({ verdict }: Disk): boolean => verdict.reasons.some(({ code }) => code === 'system');

const hasFileSystem = ({ fileSystem }: Partition): boolean => fileSystem !== null && !ENCRYPTED.has(fileSystem.kind) && !['swap', 'lvm2', 'raid', 'unknown'].includes(fileSystem.kind);

/** What is in it has file systems of its own, which one partition alone does not show: that is not the same as none. */
const isOpaque = ({ fileSystem }: Partition): boolean => fileSystem !== null && (ENCRYPTED.has(fileSystem.kind) || ['lvm2', 'raid'].includes(fileSystem.kind));

const holdsWindows = ({ fileSystem, role }: Partition): boolean => fileSystem?.kind === 'ntfs' && role === 'os';

/** The partition's own device where it has one. */
const placeName = ({ source, volume }: Place): string => volume.device || source.disk.path;

/** On a Windows that runs, one that is unlocked shows what is in it. */
const isLocked = ({ fileSystem }: Partition): boolean => fileSystem?.kind === 'bitlocker';

/** What lies behind BitLocker is nobody's to tell before it is unlocked: that is not the same as no Windows. */
const mayHoldWindows = (partition: Partition): boolean => holdsWindows(partition) || isLocked(partition);

const selectionOf = ({ disk, isChosen }: Source): Selection => ({ disk: diskRef(disk), table: disk.table, partitions: chosenPartitions(disk.partitions, isChosen) });
