import { mkdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureRequest, Plan, Report, RestoreRequest } from '../../src/contract/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService, type JobService } from '../../src/jobs/index.ts';
import type { Host } from '../../src/host/index.ts';

/** A folder with practice disks and images, and the service that works on them. */
export interface Bench {
  readonly folder: string;
  readonly practice: string;
  readonly host: Host;
  readonly jobs: JobService;
  /** A path in the folder of images. */
  image(name: string): string;
  captureRequest(disk: string, name: string, more?: Partial<CaptureRequest>): CaptureRequest;
  restoreRequest(name: string, disks: readonly string[], more?: Partial<RestoreRequest>): RestoreRequest;
  run(plan: Plan, confirmed?: Readonly<Record<string, readonly string[]>>): Promise<Report>;
  clear(): void;
}

export async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'werkbank-imaging-'));
  const practice = join(folder, 'practice');
  const images = join(folder, 'images');
  mkdirSync(practice);
  mkdirSync(images);
  const host = createHost({ practiceFolder: () => practice });
  const jobs = createJobService(host, { version: 'test' });
  const image = (name: string): string => join(images, name);
  return {
    folder, practice, host, jobs, image,
    captureRequest: (disk, name, more = {}) => ({
      disk, partitions: null, destination: image(name), parent: null, folders: [], compression: 'fast', memory: 'low', bytesPerSecond: 0, partBytes: 0, description: '', purpose: '',
      resume: false, overwrite: false, leaveOutSwapFiles: true, gptCopy: null, ...more,
    }),
    restoreRequest: (name, disks, more = {}) => ({
      image: image(name), folders: [], disks: [...disks], partitions: null, grow: false, newIdentifiers: false, rest: 'keep', verify: true, memory: 'low', bytesPerSecond: 0,
      resume: false, allowSystemDisk: false, ...more,
    }),
    run: (plan, confirmed = {}) => jobs.start(plan, confirmed).job.result,
    clear: () => rmSync(folder, { recursive: true }),
  };
}
