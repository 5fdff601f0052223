import { dirname } from 'node:path';
import {
  captureDisk, EngineError, totalLength,
  type CaptureOptions, type CaptureResult, type DiskMap, type Manifest,
} from '../../native-free-engine/index.ts';
import type { CapturePlan, ImagingNote, ImagingOutcome, Stop, TargetOutcome } from '../contract/index.ts';
import type { OpenedSource, SourceNote } from '../host/index.ts';
import { capturedPartitions, mapOpened, stopsOf, takenNumbers } from './capture-source.ts';
import type { JobEnvironment } from './context.ts';
import { lockDisks } from './disk-lock.ts';
import { checkSameDisk, nameOf } from './identity.ts';
import { badOf } from './imaging-outcome.ts';
import { imagingProgress } from './imaging-progress.ts';
import { machineOf, systemOn } from './library.ts';
import { ownImage, sumsOf } from './own-image.ts';
import { imageLock } from './plan-capture.ts';
import { quietProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';

const HELD_AS: Readonly<Record<SourceNote['code'], ImagingNote['code']>> = {
  'lvm-snapshot': 'snapshot-lvm', 'shadow-copy': 'snapshot-vss', 'shadow-copies-apart': 'snapshots-apart', 'remounted-read-only': 'remounted',
};

/**
 * Captures a disk of a confirmed plan into an image. The disk is mapped afresh
 * once it stands still: what the plan saw of a disk in use was only a look.
 * Cancelled or failed, it leaves what it needs to be resumed.
 */
export class CaptureJob implements JobBody {
  readonly #plan: CapturePlan;
  readonly #environment: JobEnvironment;
  #limit: number;
  #apply: ((bytesPerSecond: number) => void) | null = null;

  constructor(plan: CapturePlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
    this.#limit = plan.bytesPerSecond;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { disk, destination } = this.#plan;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks([
      { id: disk.id, name: nameOf(disk) },
      { id: imageLock(destination), name: destination },
    ]);
    try {
      return await this.#hold(signal, tell);
    } finally {
      await unlock();
    }
  }

  targetsSoFar(): TargetOutcome[] {
    return [];
  }

  setLimit(bytesPerSecond: number): void {
    this.#limit = bytesPerSecond;
    this.#apply?.(bytesPerSecond);
  }

  async #hold(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const plan = this.#plan;
    const { host } = this.#environment;
    const found = await host.disks.find(plan.disk.id);
    checkSameDisk(plan.disk, await host.disks.identify(plan.disk.id));
    const needsHold = plan.partitions.some(({ hold }) => hold !== null && hold !== 'read-only');
    if (needsHold) tell(quietProgress('snapshot'));
    const opened = await host.sources.open(found, takenNumbers(found, plan.chosen), {
      mayRemount: plan.stops.some(({ code }) => code === 'remount-read-only'), destination: dirname(plan.destination), signal,
    });
    try {
      return await this.#capture(opened, machineOf(found), signal, tell);
    } finally {
      await opened.close();
    }
  }

  async #capture(opened: OpenedSource, machine: string, signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const plan = this.#plan;
    tell(quietProgress('mapping'));
    const map = await mapOpened(opened, {
      partitions: plan.chosen, leaveOutSwapFiles: plan.leaveOutSwapFiles, name: nameOf(plan.disk), signal, ...(plan.gptCopy ? { gptCopy: plan.gptCopy } : {}),
    });
    const overridden = this.#checkStops(map);
    const options: CaptureOptions = {
      source: opened.address,
      overlays: opened.overlays,
      map,
      identity: this.#identity(map, machine),
      destination: plan.destination,
      compression: plan.compression,
      memory: plan.memory,
      bytesPerSecond: this.#limit,
      partBytes: plan.partBytes,
      description: plan.description,
      purpose: plan.purpose,
      program: { name: 'Werkbank', version: this.#environment.version },
      parent: await this.#parent(),
      resume: plan.resume,
      overwrite: plan.overwrite,
      signal,
      // A snapshot that was lost on the way gave nonsense: no image comes of that.
      confirm: () => opened.confirm(),
      report: (progress) => tell(imagingProgress('capturing', progress, true)),
      onControl: (control) => {
        this.#apply = (limit) => control.setLimit(limit);
        control.setLimit(this.#limit);
      },
    };
    const result = await captureDisk(options);
    tell({ ...quietProgress('finishing', totalLength(map.used), totalLength(map.used)), stored: result.storedBytes, badBytes: result.badBytes });
    return this.#findings(map, result, overridden, opened);
  }

  /** Something that came up since the plan was agreed to is not agreed to. @throws EngineError `volume-dirty` */
  #checkStops(map: DiskMap): Stop[] {
    const { plan, partitions } = { plan: this.#plan, partitions: this.#plan.partitions };
    const held = new Map(partitions.map(({ number, hold }) => [number, hold]));
    const now = capturedPartitions(map, [], []).map((partition) => ({ ...partition, hold: held.get(partition.number) ?? null }));
    const stops = stopsOf(now);
    for (const { code, partitions: numbers } of stops) {
      const agreed = plan.stops.find((stop) => stop.code === code)?.partitions ?? [];
      const fresh = numbers.find((number) => !agreed.includes(number));
      if (fresh === undefined) continue;
      const kind = now.find(({ number }) => number === fresh)?.fileSystem?.kind ?? '';
      throw new EngineError('volume-dirty', { number: fresh, kind, conditions: code });
    }
    return stops;
  }

  async #parent(): Promise<CaptureOptions['parent']> {
    const { parent } = this.#plan;
    if (!parent) return null;
    const own = await ownImage(parent.path);
    if (own?.found.manifest.id !== parent.id) throw new EngineError('image-parent-swapped', { path: parent.path, child: this.#plan.destination });
    return { found: own.found, sums: await sumsOf(own) };
  }

  #identity(map: DiskMap, machine: string): Manifest['source'] {
    const { disk, number, logicalSectorSize } = this.#plan;
    return {
      machine, system: systemOn(map.partitions), model: disk.model, serial: disk.serial, bus: disk.bus, path: disk.path, number,
      size: disk.size, logicalSectorSize, physicalSectorSize: logicalSectorSize,
    };
  }

  #findings(map: DiskMap, result: CaptureResult, overridden: Stop[], opened: OpenedSource): JobFindings {
    const { manifest } = result;
    const plan = this.#plan;
    const imaging: ImagingOutcome = {
      imageId: manifest.id,
      path: plan.destination,
      manifestSha256: result.manifestSha256,
      usedBytes: result.usedBytes,
      storedBytes: result.storedBytes,
      chain: plan.parent ? [plan.parent.path] : [],
      bad: badOf(result.bad),
      overridden,
      leftOut: map.partitions.flatMap(({ number, leftOut }) => leftOut.map(({ name, bytes }) => ({ partition: number, name, bytes }))),
      identifiers: null,
      grown: [],
      verified: null,
      resumed: result.resumed > 0,
      notes: opened.notes.map(({ code, params }) => ({ code: HELD_AS[code], params: { ...params } })),
    };
    const holes = result.badBytes > 0 ? new EngineError('source-bad-sectors', { bytes: result.badBytes, disk: nameOf(plan.disk) }) : null;
    return { targets: [], checksums: [], expectedMatched: null, imaging, ...(holes ? { flaw: { outcome: 'partly', error: holes } } : {}) };
  }
}
