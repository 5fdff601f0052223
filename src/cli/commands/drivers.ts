import { resolve } from 'node:path';
import { EngineError } from '../../../native-free-engine/index.ts';
import { copiedDrivers, driverArchitectureSchema, type DriverArchitecture, type DriverPackageInfo, type DriverWish, type FoundPackage } from '../../contract/index.ts';
import type { Host } from '../../host/host.ts';
import { namesDisk } from '../../host/index.ts';
import { endWell, invalid, type Context } from '../context.ts';
import { driversPlanLines, unreadableLines } from '../drivers-text.ts';
import { runPlan } from '../run-job.ts';
import { tableLines } from '../table.ts';

export interface DriverListOptions {
  readonly arch?: string;
  readonly build?: string;
  readonly kind?: readonly string[];
  readonly hardwareId?: readonly string[];
  readonly thisMachine?: boolean;
}

export interface DriverUpdateOptions extends DriverListOptions {
  readonly check?: boolean;
  readonly eject?: boolean;
  readonly yes?: boolean;
  readonly confirm?: readonly string[];
  readonly report?: string;
}

/** `werkbank drivers scan [FOLDER...]`: every package, which of them are old or lie there twice, what could not be read. */
export async function driversScan(context: Context, folders: readonly string[]): Promise<number> {
  const { texts } = context;
  const { jobs } = await context.services();
  const scan = await jobs.drivers.scan(places(folders));
  context.emit({ event: 'drivers', scan });
  if (scan.packages.length > 0) for (const line of packageTable(context, scan.packages, (each) => stateOf(context, each))) context.say(line);
  for (const line of unreadableLines(context, scan.unreadable)) context.say(line, 'yellow');
  if (scan.ignored.length > 0) context.say(texts('cli:drivers.ignored', { count: scan.ignored.length }), 'dim');
  context.say(texts('cli:drivers.total', { count: scan.packages.length }));
  return endWell(context);
}

/** `werkbank drivers list [FOLDER...]`: what a medium would get. */
export async function driversList(context: Context, folders: readonly string[], options: DriverListOptions): Promise<number> {
  const { texts } = context;
  const { jobs } = await context.services();
  const { chosen, bytes, unmatched, unreadable, ...rest } = await jobs.drivers.choose(wishOf(places(folders), options));
  context.emit({ event: 'driver-choice', choice: { chosen, bytes, unmatched, unreadable, ...rest } });
  if (chosen.length > 0) for (const line of packageTable(context, chosen, (each) => flaws(context, each))) context.say(line);
  for (const line of unreadableLines(context, unreadable)) context.say(line, 'yellow');
  if (unmatched.length > 0) context.say(texts('cli:drivers.unmatched', { ids: unmatched.join(', ') }), 'yellow');
  context.say(texts('cli:drivers.chosen', { count: chosen.length, size: bytes }));
  return endWell(context);
}

/**
 * `werkbank drivers update MEDIUM [FOLDER...]`: what is newer than what a stick has, by its disk or where it is mounted; puts it there, unless only looked.
 * @throws EngineError what `JobService.planDrivers` and `runPlan` throw
 */
export async function driversUpdate(context: Context, medium: string, folders: readonly string[], options: DriverUpdateOptions): Promise<number> {
  const { host, jobs } = await context.services();
  const disk = (await namesDisk(medium)) ? medium : await diskUnder(host, resolve(medium));
  const plan = await jobs.planDrivers({ disk, wish: wishOf(places(folders), options, null), eject: options.eject ?? false });
  if (!options.check && copiedDrivers(plan).length > 0) return runPlan(context, plan, { yes: options.yes ?? false, reasons: options.confirm ?? [] }, options.report);
  context.emit({ event: 'plan', plan });
  for (const line of driversPlanLines(context, plan)) context.say(line);
  return endWell(context);
}

/** The disk on which a folder lies. @throws EngineError `medium-unknown` */
async function diskUnder(host: Host, folder: string): Promise<string> {
  const disk = (await host.disks.holding(folder)).at(-1);
  if (disk === undefined) throw new EngineError('medium-unknown', { disk: folder });
  return disk;
}

export interface DriverRegisterOptions extends DriverListOptions {
  readonly index?: string;
}

/** `werkbank drivers register IMAGE [FOLDER...]`: puts drivers into the driver store of an image, on Windows, through DISM. */
export async function driversRegister(context: Context, image: string, folders: readonly string[], options: DriverRegisterOptions): Promise<number> {
  const { texts } = context;
  const { index = '1' } = options;
  if (!/^[1-9]\d{0,3}$/.test(index)) throw invalid(`--index ${index}`);
  const { jobs } = await context.services();
  const drivers = await jobs.drivers.register(resolve(image), Number(index), wishOf(places(folders), options));
  context.emit({ event: 'drivers-registered', drivers });
  for (const line of packageTable(context, drivers, (each) => flaws(context, each))) context.say(line);
  context.say(texts('cli:drivers.registered', { count: drivers.length }));
  return endWell(context);
}

/** `werkbank drivers machine`: the controllers of this machine, for `--hardware-id` on another one. */
export async function driversMachine(context: Context): Promise<number> {
  const { texts } = context;
  const { jobs } = await context.services();
  const devices = await jobs.drivers.machine();
  context.emit({ event: 'hardware', devices });
  if (devices.length === 0) context.say(texts('cli:drivers.noMachine'));
  else {
    const rows = devices.map(({ name, kind, ids }) => [kind === 'unknown' ? '-' : texts(`cli:drivers.kind.${kind}`), ids[0] ?? '', name]);
    for (const line of tableLines([['kind', 'hardwareId', 'deviceName'].map((name) => texts(`cli:column.${name}`)), ...rows], ['left', 'left', 'left'])) context.say(line);
  }
  return endWell(context);
}

/** What the options of a command line ask for. @param usual architecture where none was named @throws EngineError `argument-invalid` */
function wishOf(folders: string[], { arch, build, kind, hardwareId, thisMachine }: DriverListOptions, usual: DriverArchitecture | null = 'amd64'): DriverWish {
  const architecture = driverArchitectureSchema.nullable().safeParse(arch ?? usual);
  if (!architecture.success) throw invalid(`--arch ${arch ?? ''}`);
  if (build !== undefined && !/^\d{4,6}$/.test(build)) throw invalid(`--build ${build}`);
  if (thisMachine && hardwareId) throw invalid('--this-machine --hardware-id');
  return {
    folders,
    architecture: architecture.data,
    build: build === undefined ? null : Number(build),
    kinds: (kind ?? ['storage', 'network']) as DriverWish['kinds'],
    machines: thisMachine ? { kind: 'this' } : hardwareId ? { kind: 'ids', ids: [...hardwareId] } : { kind: 'any' },
  };
}

const places = (folders: readonly string[]): string[] => (folders.length > 0 ? folders : ['.']).map((folder) => resolve(folder));

function packageTable<T extends DriverPackageInfo>({ texts }: Context, list: readonly T[], state: (each: T) => string): string[] {
  const columns = ['driver', 'kind', 'version', 'date', 'architectures', 'provider', 'state'];
  const rows = list.map((each) => [each.path, texts(`cli:drivers.kind.${each.kind}`), each.version || '-', each.date || '-', each.architectures.join(' '), each.provider, state(each) || '-']);
  return tableLines([columns.map((name) => texts(`cli:column.${name}`)), ...rows], columns.map(() => 'left'));
}

const stateOf = (context: Context, each: FoundPackage): string =>
  [context.texts(`cli:drivers.state.${each.standing}`), flaws(context, each)].filter((text) => text !== '').join(', ');

const flaws = ({ texts }: Context, { catalog, missing }: DriverPackageInfo): string =>
  [...(catalog === 'present' ? [] : [texts('cli:drivers.unsigned')]), ...(missing.length > 0 ? [texts('cli:drivers.incomplete', { files: missing.slice(0, 3).join(', ') })] : [])].join(', ');
