import { EngineError, openDevice, type BlockDevice, type BlockSource } from '../../native-free-engine/index.ts';
import type { Disk } from '../contract/index.ts';
import { classify } from './classify.ts';
import { lacksUsage, withUsage } from './complete.ts';
import { layoutReader } from './disk-layout.ts';
import type { DiskFacts, DiskUse } from './facts.ts';
import { guardedEach } from './guarded.ts';
import type { DeviceSeen, DiskWatcher } from './host.ts';
import { tableHash } from './identity.ts';
import { volumes } from './libraries.ts';
import { createNumbering, inOrder } from './numbering.ts';
import { listPractice, practiceFacts, practiceFingerprint, practicePath } from './practice.ts';
import { resolveDisk } from './resolve-disk.ts';
import { createWatch } from './watcher.ts';

/** The real disks of a system and whether the one it runs from is known to be among them. */
export interface SystemDisks {
  readonly disks: readonly DiskFacts[];
  readonly systemKnown: boolean;
}

export interface ReadOptions {
  /** Only what is needed to judge the disks, as fresh as can be. */
  readonly quick: boolean;
}

/** What differs from system to system in finding disks. */
export interface DiskSystem {
  /** @throws EngineError `disk-list-failed` */
  read(options: ReadOptions): Promise<SystemDisks>;
  /** Cheap; changes whenever the disks may have. */
  fingerprint(): Promise<string>;
  /** Who else uses the file behind a practice disk. */
  practiceUses(path: string): Promise<DiskUse[]>;
  /** Ids of the disks under a file, from the inside out; `below` also of those that are mounted inside of a folder. */
  holding(path: string, options?: { readonly below?: boolean }): Promise<string[]>;
  /** The number this system itself gives a real disk, or null when it gives none. */
  numberOf(facts: DiskFacts): number | null;
  /** The first number for disks without one of the system's. */
  readonly firstFreeNumber: number;
  /** The node through which a disk is read and written past the page cache. */
  devicePath(path: string): string;
  /** Opens a real disk only to look at it, where the system has a way in which one that hangs harms nobody else. @throws EngineError `rights-needed` */
  look?(disk: DiskFacts): Promise<BlockSource>;
  /** A device that no list shows, but that may be read when it is named: a logical volume. Null when the path is none. */
  volume?(path: string): Promise<DiskFacts | null>;
}

export interface Disks extends DiskWatcher {
  /** The real disks as the system tells them, without a look at what is on them. @throws EngineError `disk-list-failed` */
  real(): Promise<readonly DiskFacts[]>;
  /** A disk as it is now, judged afresh. Accepts practice disks outside the folder. @throws EngineError `disk-not-found` */
  judge(id: string): Promise<Disk>;
  /** Makes watchers look again although nothing they look at changed. */
  refresh(): void;
  open(disk: Pick<Disk, 'id' | 'path' | 'size'>, options: { readonly write: boolean; readonly exclusive: boolean; readonly readsZero?: boolean; readonly sectorSize?: number }): Promise<BlockDevice>;
}

interface NumberedDisk extends DiskFacts {
  readonly number: number;
  readonly systemKnown: boolean;
}

const IDENTIFY_TIMEOUT_MS = 10_000;
const UNNUMBERED = -1;

export function createDisks(system: DiskSystem, practiceFolder: () => string | null): Disks {
  const numbering = createNumbering(system.firstFreeNumber);
  let epoch = 0;
  const look = async (facts: DiskFacts): Promise<BlockSource> =>
    system.look && !facts.practice ? system.look(facts) : open(facts, { write: false, exclusive: false, sectorSize: facts.logicalSectorSize });
  const withLayout = layoutReader(look, () => void epoch++);
  const hashOf = guardedEach((_id: string, facts: DiskFacts) => hashBy(look, facts), IDENTIFY_TIMEOUT_MS);
  const fingerprintPractice = practiceFingerprint();

  const open: Disks['open'] = (disk, options) => {
    const path = practicePath(disk.id) ?? system.devicePath(disk.path);
    return openDevice(path, { ...options, size: disk.size });
  };

  const judged = (facts: DiskFacts, systemKnown: boolean, number: number): Disk => {
    const { uses: _uses, medium: _medium, optical: _optical, hotplug: _hotplug, soldered: _soldered, ...shown } = facts;
    return { ...shown, number, verdict: classify(facts, { systemKnown }) };
  };
  const ofSystem = (facts: DiskFacts): number | null => (facts.practice ? null : system.numberOf(facts));
  const numbered = (facts: DiskFacts): number => ofSystem(facts) ?? numbering.numberFor(facts.id);
  /** Looking at one disk alone gives out no number: the order of a whole list decides those. */
  const numberIfKnown = (facts: DiskFacts): number => ofSystem(facts) ?? numbering.known(facts.id) ?? UNNUMBERED;

  const practiceDisk = async (path: string): Promise<DiskFacts> => {
    const facts = await practiceFacts(path);
    return { ...facts, uses: await system.practiceUses(facts.path) };
  };

  /** Every disk in the order of the list, before anybody has looked at what is on it. */
  const readAll = coalesced(async (): Promise<NumberedDisk[]> => {
    const [real, practice] = await Promise.all([system.read({ quick: false }), listPractice(practiceFolder())]);
    // It takes a process of its own to tell how full volumes are: asked only where the system does not say it.
    const volumeList = real.disks.some(lacksUsage) ? await volumes() : null;
    const usedPractice = await Promise.all(practice.map(async (facts) => ({ ...facts, uses: await system.practiceUses(facts.path) })));
    const ordered = inOrder([...real.disks.map((facts) => withUsage(facts, volumeList)), ...usedPractice]);
    // Real disks take their numbers first, so that practice disks never push one of them aside.
    return ordered.map((facts) => ({ ...facts, number: numbered(facts), systemKnown: real.systemKnown }));
  });
  const complete = async ({ number, systemKnown, ...facts }: NumberedDisk): Promise<Disk> => judged(await withLayout(facts), systemKnown, number);
  const list = coalesced(async (): Promise<Disk[]> => Promise.all((await readAll()).map(complete)));

  const judge = async (id: string): Promise<Disk> => {
    const path = practicePath(id);
    if (path !== null) {
      const facts = await practiceDisk(path);
      return judged(facts, true, numberIfKnown(facts));
    }
    const { disks, systemKnown } = await system.read({ quick: true });
    const facts = disks.find((disk) => disk.id === id) ?? (await system.volume?.(id));
    if (!facts) throw new EngineError('disk-not-found', { disk: id });
    return judged(facts, systemKnown, numberIfKnown(facts));
  };

  /** Serial and model come from the libraries too: the same way of asking every time, or they would seem to change. */
  const real = async (): Promise<readonly DiskFacts[]> => (await system.read({ quick: false })).disks;

  return {
    list, real,
    watch: createWatch({
      fingerprint: async () => `${epoch}\n${await system.fingerprint()}\n${await fingerprintPractice(practiceFolder())}`,
      list,
    }),
    watchDevices: createWatch<DeviceSeen>({
      fingerprint: () => system.fingerprint(),
      list: async () => (await real()).map(({ id, path, model, serial, size }) => ({ id, path, model, serial, size })),
    }),
    judge,
    open,
    refresh: () => {
      epoch++;
    },
    async find(spec) {
      const volume = await system.volume?.(spec.trim());
      if (volume) return complete({ ...volume, number: numbered(volume), systemKnown: true });
      // Only the disk that was meant is looked at: another one that hangs keeps nobody waiting.
      return complete(await resolveDisk(spec, await readAll(), async (path) => {
        const facts = await practiceDisk(path);
        return { ...facts, number: numbered(facts), systemKnown: true };
      }));
    },
    identify: async (id) => {
      const facts = await factsOf(id);
      const { path, model, serial, size, bus } = facts;
      return { id: facts.id, path, model, serial, size, bus, tableHash: await hashOf(facts.id, facts) };
    },
    holding: (path, options) => system.holding(path, options),
  };

  async function factsOf(id: string): Promise<DiskFacts> {
    const path = practicePath(id);
    const facts = path !== null ? await practiceDisk(path) : ((await real()).find((disk) => disk.id === id) ?? (await system.volume?.(id)));
    if (!facts) throw new EngineError('disk-not-found', { disk: id });
    return facts;
  }
}

/** Calls that come while the work is being done wait for the next time, which starts after they asked; there are never more than two. */
function coalesced<T>(work: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const ask = (): Promise<T> => {
    if (!current) {
      current = work().finally(() => {
        current = null;
      });
      return current;
    }
    next ??= current.then(() => undefined, () => undefined).then(() => {
      next = null;
      return ask();
    });
    return next;
  };
  return ask;
}

async function hashBy(look: (disk: DiskFacts) => Promise<BlockSource>, disk: DiskFacts): Promise<string | null> {
  if (disk.size <= 0) return null;
  const source = await look(disk);
  try {
    return await tableHash(source);
  } finally {
    await source.close();
  }
}
