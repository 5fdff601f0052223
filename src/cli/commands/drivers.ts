import { resolve } from 'node:path';
import { driverArchitectureSchema, type DriverPackageInfo, type DriverScan, type DriverWish, type FoundPackage } from '../../contract/index.ts';
import { errorText } from '../../texts/index.ts';
import { endWell, invalid, type Context } from '../context.ts';
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
}

/** `werkbank drivers scan [FOLDER...]`: every package, which of them are old or lie there twice, what could not be read. */
export async function driversScan(context: Context, folders: readonly string[]): Promise<number> {
  const { texts } = context;
  const { jobs } = await context.services();
  const scan = await jobs.drivers.scan(places(folders));
  context.emit({ event: 'drivers', scan });
  if (scan.packages.length > 0) for (const line of packageTable(context, scan.packages, (each) => stateOf(context, each))) context.say(line);
  sayUnreadable(context, scan.unreadable);
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
  sayUnreadable(context, unreadable);
  if (unmatched.length > 0) context.say(texts('cli:drivers.unmatched', { ids: unmatched.join(', ') }), 'yellow');
  context.say(texts('cli:drivers.chosen', { count: chosen.length, size: bytes }));
  return endWell(context);
}

/** `werkbank drivers update MEDIUM [FOLDER...]`: what is newer than what a mounted medium has; puts it there, unless only looked. */
export async function driversUpdate(context: Context, medium: string, folders: readonly string[], options: DriverUpdateOptions): Promise<number> {
  const { texts } = context;
  const { jobs } = await context.services();
  const changes = await jobs.drivers.update(resolve(medium), wishOf(places(folders), options), options.check ?? false);
  context.emit({ event: 'driver-changes', changes, made: !(options.check ?? false) });
  for (const { kind, driver, than } of changes) {
    const version = [driver.version, driver.date].filter((part) => part !== '').join(', ');
    context.say(texts(`cli:drivers.change.${kind}`, { driver: driver.infName, version, than: than?.version ?? '' }), kind === 'newer' || kind === 'added' ? 'green' : 'dim');
  }
  context.say(texts(options.check ? 'cli:drivers.checked' : 'cli:drivers.updated', { count: changes.filter(({ kind }) => kind === 'newer' || kind === 'added').length }));
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

/** What the options of a command line ask for. @throws EngineError `argument-invalid` */
export function wishOf(folders: string[], { arch, build, kind, hardwareId, thisMachine }: DriverListOptions): DriverWish {
  const architecture = driverArchitectureSchema.safeParse(arch ?? 'amd64');
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

function sayUnreadable(context: Context, unreadable: DriverScan['unreadable']): void {
  for (const { path, error } of unreadable) context.say(context.texts('cli:drivers.unreadable', { path, title: errorText(context.texts, error).title }), 'yellow');
}
