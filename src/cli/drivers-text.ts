import { copiedDrivers, type DriversPlan } from '../contract/index.ts';
import { errorText } from '../texts/index.ts';
import type { Context } from './context.ts';
import { diskTitle } from './disk-text.ts';

type Speaker = Pick<Context, 'texts' | 'language'>;

/** What a stick has, what it gets and what it lacks, driver by driver. */
export function driversPlanLines(speaker: Speaker, plan: DriversPlan): string[] {
  const { texts } = speaker;
  const { disk, wish: { architecture, build }, systemFrom, changes, others, unmatched, unreadable, bytes } = plan;
  const version = ({ version: number, date }: DriversPlan['others'][number]): string => [number, date].filter((part) => part !== '').join(', ');
  const flaws = ({ signed, missing }: DriversPlan['changes'][number]): string =>
    [...(signed ? [] : [texts('cli:drivers.unsigned')]), ...(missing.length > 0 ? [texts('cli:drivers.incomplete', { files: missing.slice(0, 3).join(', ') })] : [])].map((flaw) => `, ${flaw}`).join('');
  const count = copiedDrivers(plan).length;
  return [
    texts('cli:drivers.stick', { number: disk.number, disk: diskTitle(speaker, disk.identity), path: disk.identity.path }),
    texts(`cli:drivers.system.${build === null ? 'unknown' : systemFrom === null ? 'asked' : 'found'}`, { architecture, build: build ?? '', file: systemFrom ?? '' }),
    ...changes.map((change) => `    ${texts(`cli:drivers.change.${change.kind}`, { driver: change.driver.infName, version: version(change.driver), than: change.than ? version(change.than) : '' })}${flaws(change)}`),
    ...others.map((driver) => `    ${texts('cli:drivers.change.other', { driver: driver.infName, version: version(driver) })}`),
    ...unreadableLines(speaker, unreadable),
    ...(unmatched.length > 0 ? [texts('cli:drivers.unmatched', { ids: unmatched.join(', ') })] : []),
    count > 0 ? texts('cli:drivers.toCopy', { count, size: bytes }) : texts('cli:drivers.upToDate'),
  ];
}

/** INFs that could not be read, each with why. */
export const unreadableLines = ({ texts }: Pick<Speaker, 'texts'>, unreadable: DriversPlan['unreadable']): string[] =>
  unreadable.map(({ path, error }) => texts('cli:drivers.unreadable', { path, title: errorText(texts, error).title }));
