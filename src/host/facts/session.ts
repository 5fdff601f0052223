import { setTimeout as sleep } from 'node:timers/promises';
import {
  known, missing, ntfsFragments, readAllocation, readBitlocker, thresholdsWith, totalLength, type AllocationMap, type CheckFacts, type CheckId, type ChosenPartition, type DiskRef,
  type Encryption, type Fact, type Selection, type SmartHealth, type VolumeRef,
} from '../../../native-free-engine/index.ts';
import type { Disk, Partition } from '../../contract/index.ts';
import type { Disks } from '../disks.ts';
import { attempt, NotHere } from './attempt.ts';
import { destinationFacts } from './destination.ts';
import { diskReader, type DiskReader } from './disk-reader.ts';
import { readOfflineWindows, type OfflineWindows } from './offline-windows.ts';
import { scanSurface } from './surface.ts';
import type { FactSystem } from './system.ts';
import type { CheckRequest, FactGatherer, FactSession, GatherOptions } from './types.ts';

/** All checks of a round are begun together: within this. */
const GRACE_MS = 50;
const ALLOCATION_MS = 12_000;
const FRAGMENTS_MS = 15_000;
const OFFLINE_MS = 10_000;
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
  const sources: Source[] = request.sources.map(({ disk, chosen }) => ({
    disk, reader: readerOf(disk),
    volumes: disk.partitions.filter(({ role }) => role !== 'extended').map((partition) => ({
      partition, chosen: chosen?.includes(partition.number) ?? true, volume: volumeRef(system, disk, partition),
    })),
  }));

  /** Each disk once, also one that is read and written. */
  const everyDisk = (): Disk[] => [...new Map([...sources.map(({ disk }) => disk), ...request.targets].map((disk) => [disk.id, disk])).values()];

  const once = new Map<string, Promise<unknown>>();
  const memo = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const asked = (once.get(key) as Promise<T> | undefined) ?? ask();
    once.set(key, asked);
    return asked;
  };
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
  const offline = ({ source, partition }: { source: Source; partition: Partition }, signal: AbortSignal): Promise<Fact<OfflineWindows>> =>
    memo(`offline ${source.disk.id}#${partition.number}`, () =>
      source.reader.ask(partition, `${source.disk.path}, Windows/System32/config`, OFFLINE_MS, signal, async (volume) => {
        const found = await readOfflineWindows(volume);
        if (!found) throw new NotHere();
        return found;
      }));
  const health = (disk: Disk, signal: AbortSignal): Promise<Fact<SmartHealth>> => memo(`health ${disk.id}`, () => system.health(disk, signal));
  const isRunning = (disk: Disk, partition: Partition): boolean => system.name === 'windows' && isSystemDisk(disk) && partition.mountPoints.some((path) => path.length > 0);

  const gatherers: { readonly [C in CheckId]: (options: GatherOptions) => Promise<CheckFacts[C]> } = {
    'power': async ({ signal }) => ({ supplies: await system.power(signal) }),
    'clock': async ({ signal }) => ({ now: Date.now(), built, synchronised: await system.synchronised(signal) }),
    'firmware': ({ signal }) => system.firmware(signal),
    'memory': async ({ signal }) => ({ memory: await system.memory(signal) }),

    'updates': async ({ signal }) => {
      const running = sources.some(({ disk }) => isSystemDisk(disk)) ? [{ volume: null, probes: await system.pending(signal) }] : [];
      const { volumes } = await ofVolumes(holdsWindows, async (of) => {
        if (isRunning(of.source.disk, of.partition)) return { probes: null };
        const fact = await offline(of, signal);
        return { probes: fact.known ? fact.value.pending.map(({ probe, what }) => ({ probe, found: known(what, fact.from) })) : [{ probe: 'updates' as const, found: fact }] };
      });
      return { systems: [...running, ...volumes.flatMap(({ volume, probes }) => (probes ? [{ volume, probes }] : []))] };
    },

    'external-devices': async ({ signal }) => {
      const all = await disks.list();
      const part = new Set([...sources.map(({ disk }) => disk.id), ...request.targets.map(({ id }) => id)]);
      if (request.destination !== null) for (const id of await disks.holding(request.destination).catch(() => [])) part.add(id);
      const devices = await system.devices(all, signal);
      if (!devices.known) return { devices };
      return { devices: known(devices.value.map((each) => ({ ...each, diskId: each.diskId !== null && part.has(each.diskId) ? each.diskId : null })), devices.from) };
    },
    'hidden-disks': async ({ signal }) => ({
      internalDisks: (await disks.list()).filter(({ bus, removable, practice }) => !practice && !removable && !OUTSIDE.has(bus)).length,
      controllers: await system.controllers(signal),
    }),

    'smart': async ({ signal }) => ({ disks: await Promise.all(sources.map(async ({ disk }) => ({ disk: diskRef(disk), health: await health(disk, signal) }))) }),
    'activity': async ({ signal }) => {
      const found = Promise.all(everyDisk().map(async (disk) => ({ disk: diskRef(disk), activity: await system.activity(disk, signal) })));
      measuring ??= found;
      return { disks: await found };
    },

    'file-system': async ({ signal }) => ({
      ...(await ofVolumes(hasFileSystem, async (of) => {
        const fact = await allocation(of, signal);
        return { conditions: fact.known ? known(fact.value.conditions, fact.from) : fact };
      })),
    }),
    'encryption': async ({ signal }) => ({
      ...(await ofVolumes((partition) => partition.fileSystem !== null, async ({ source, partition, volume }) => ({
        encryption: await (system.encryption(volume, signal) ?? encryptionOnDisk(source, partition, signal)),
      }))),
      byPolicy: await system.encryptsByPolicy(signal),
    }),
    'hibernation': async ({ signal }) => ({
      // A Windows that sleeps has a file to wake from also on volumes that are not its own.
      ...(await ofVolumes(({ fileSystem }) => fileSystem?.kind === 'ntfs', async (of) => {
        const map = await allocation(of, signal);
        const asleep = map.known ? known(map.value.conditions.includes('hibernated'), `${of.source.disk.path}, hiberfil.sys`) : map;
        return { asleep, fastStartup: await fastStartup(of, signal) };
      })),
    }),
    'os-partitions': () => Promise.resolve({ selections: sources.map(selectionOf) }),
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
        const asked = system.fragmentation(volume, signal);
        if (asked) return { rotational, fragmentation: await asked };
        if (partition.fileSystem?.kind !== 'ntfs') return { rotational, fragmentation: missing('unsupported', source.disk.path) };
        return { rotational, fragmentation: await source.reader.ask(partition, `${source.disk.path}, $MFT`, FRAGMENTS_MS, signal, (ntfs) => ntfsFragments(ntfs, signal)) };
      })),
    }),
    'sysprep': ({ signal }) => ofVolumes(holdsWindows, async (of) => {
      const running = isRunning(of.source.disk, of.partition) ? await system.runningWindows(signal) : null;
      if (running) {
        const { imageState, product, computerName } = running;
        return { state: imageState.known ? known({ imageState: imageState.value, oobe: false, computerName, product, dirty: false }, imageState.from) : imageState };
      }
      const fact = await offline(of, signal);
      return { state: fact.known ? known(fact.value.sysprep, fact.from) : fact };
    }),
    'shrinking': () => Promise.resolve({ selections: sources.map(selectionOf) }),

    'image-name': () => Promise.resolve({ name: request.imageName }),
    'destination': async ({ signal }) => {
      const { destination } = request;
      await quiet();
      return { destination: destination === null ? null : await destinationFacts(system, destination, () => disks.holding(destination), signal) };
    },
    'target': async ({ signal }) => {
      const all = await disks.list();
      return {
        targets: await Promise.all(request.targets.map(async (disk) => ({
          disk: diskRef(disk), readOnly: disk.readOnly, partitions: disk.partitions.length, systemDisk: isSystemDisk(disk), health: await health(disk, signal),
          twins: all.filter((other) => other.id !== disk.id && !other.practice && other.model === disk.model && other.size === disk.size).length,
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

  async function fastStartup(of: { source: Source; partition: Partition }, signal: AbortSignal): Promise<Fact<boolean>> {
    if (!holdsWindows(of.partition)) return missing('unsupported', of.source.disk.path);
    const running = isRunning(of.source.disk, of.partition) ? await system.runningWindows(signal) : null;
    if (running) return running.fastStartup;
    const still = await offline(of, signal);
    if (!still.known) return still;
    return still.value.fastStartup === null ? missing('unsupported', still.from) : known(still.value.fastStartup, still.from);
  }

  async function encryptionOnDisk(source: Source, partition: Partition, signal: AbortSignal): Promise<Fact<Encryption>> {
    const kind = partition.fileSystem?.kind ?? '';
    const from = `${source.disk.path}, partition ${partition.number}`;
    if (kind === 'luks') return known({ kind: 'luks', state: 'encrypted', percent: null, unlocked: false }, from);
    if (kind !== 'bitlocker') return known({ kind: 'none', state: 'off', percent: null, unlocked: true }, from);
    const read = await source.reader.ask(partition, from, OFFLINE_MS, signal, readBitlocker);
    const state = read.known ? (read.value.suspended ? 'suspended' : read.value.state) : 'encrypted';
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

async function volumeRef(system: FactSystem, disk: Disk, partition: Partition): Promise<VolumeRef> {
  const device = await attempt(disk.path, 3_000, new AbortController().signal, () => system.deviceOf(disk, partition));
  return {
    diskId: disk.id, number: partition.number, device: device.known ? device.value : '', kind: partition.fileSystem?.kind ?? 'unknown',
    label: partition.fileSystem?.label || partition.name, role: partition.role, mountPoints: partition.mountPoints, size: partition.length,
  };
}

const diskRef = ({ id, number, path, model, serial, size, logicalSectorSize, bus }: Disk): DiskRef => ({ id, number, path, model, serial, size, sectorSize: logicalSectorSize, bus });

const isSystemDisk = ({ verdict }: Disk): boolean => verdict.reasons.some(({ code }) => code === 'system');

const hasFileSystem = ({ fileSystem }: Partition): boolean => fileSystem !== null && !ENCRYPTED.has(fileSystem.kind) && !['swap', 'lvm2', 'raid', 'unknown'].includes(fileSystem.kind);

const holdsWindows = ({ fileSystem, role }: Partition): boolean => fileSystem?.kind === 'ntfs' && role === 'os';

function selectionOf({ disk, volumes }: Source): Selection {
  const windows = disk.partitions.some(({ role }) => role === 'microsoft-reserved' || role === 'system-reserved');
  return {
    disk: diskRef(disk), table: disk.table,
    partitions: volumes.map(({ partition, chosen }): ChosenPartition => ({
      number: partition.number, name: partition.fileSystem?.label || partition.name, role: partition.role, offset: partition.offset, length: partition.length,
      usedBytes: partition.usedBytes, active: partition.active, chosen,
      os: partition.role !== 'os' ? '' : partition.fileSystem?.kind === 'ntfs' || partition.fileSystem?.kind === 'bitlocker' || windows ? 'windows' : 'other',
    })),
  };
}
