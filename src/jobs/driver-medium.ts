import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, openWimFile } from '../../native-free-engine/index.ts';
import { driverSystem, fatVolumes, type DiskIdentity, type DriverArchitecture, type DriverSystem, type DriversPlan } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import type { VolumeOptions } from '../host/volume-types.ts';
import { nameOf } from './identity.ts';
import { editionOf } from './windows-media.ts';

/**
 * Shows the files of a stick that installs Windows or starts WinPE while `use` runs.
 * @throws EngineError `medium-unknown` for any other stick; what `VolumeControl.withFiles` and `use` throw
 */
export function withMedium<T>(host: Pick<Host, 'volumes'>, disk: Pick<DiskIdentity, 'id' | 'model' | 'path'>, options: VolumeOptions, use: (root: string) => Promise<T>): Promise<T> {
  return host.volumes.withFiles(disk, options, async (root) => {
    if (!(await isMedium(root))) throw new EngineError('medium-unknown', { disk: nameOf(disk) });
    return use(root);
  });
}

/** It is mounted where we may write: no further rights are needed for its files. @throws EngineError `disk-not-found` */
export async function isWritableMedium(host: Pick<Host, 'disks'>, { id }: Pick<DiskIdentity, 'id'>): Promise<boolean> {
  const [folder] = fatVolumes((await host.disks.find(id)).partitions)[0]?.mountPoints ?? [];
  return folder !== undefined && access(folder, constants.W_OK).then(() => true, () => false);
}

/** A stick with photographs shall not get drivers because somebody mistyped its number. */
async function isMedium(root: string): Promise<boolean> {
  const there = (...path: string[]): Promise<boolean> => access(join(root, ...path)).then(() => true, () => false);
  return (await there('$WinPEDriver$')) || (await there('sources', 'boot.wim'));
}

/** Where a stick has its WIMs, for several architectures a folder each. */
const FOLDERS = ['sources', 'x64/sources', 'x86/sources', 'arm64/sources'];
/** What loads the drivers comes first. */
const WIMS = ['boot.wim', 'install.wim', 'install.swm', 'install.esd'];

interface MediumSystem {
  readonly architecture: DriverArchitecture;
  readonly build: number;
  /** The file that says so. */
  readonly from: string;
}

/**
 * The Windows that loads the drivers of a stick, by its WIMs: the first on it, or the first of the architecture that was asked for.
 * A WIM that cannot be read says nothing, and stands in nobody's way here.
 * @returns what the stick tells, unless something else was asked for
 */
export async function systemOnMedium(root: string, asked: DriverSystem): Promise<Pick<DriversPlan, 'systemFrom'> & { readonly system: { readonly architecture: DriverArchitecture; readonly build: number | null } }> {
  const found = asked.build === null || asked.architecture === null ? (await systemsOn(root)).find(({ architecture }) => asked.architecture === null || architecture === asked.architecture) : undefined;
  const { architecture = 'amd64', build = null, from = null } = found ?? {};
  return { system: { architecture: asked.architecture ?? architecture, build: asked.build ?? build }, systemFrom: asked.build === null ? from : null };
}

async function systemsOn(root: string): Promise<MediumSystem[]> {
  const systems: MediumSystem[] = [];
  for (const folder of FOLDERS) {
    for (const name of WIMS) {
      const wim = await openWimFile(join(root, ...folder.split('/'), name)).catch((error: unknown) => {
        if (error instanceof EngineError) return null;
        throw error;
      });
      if (!wim) continue;
      const image = wim.images.find(({ version }) => version);
      await wim.close();
      const { architecture, build } = driverSystem(image && editionOf(name, image));
      if (build === null) continue;
      systems.push({ architecture, build, from: `${folder}/${name}` });
      break;
    }
  }
  return systems;
}
