import type { JobEvent, Plan } from '../contract/index.ts';
import type { DeviceSeen, Host } from '../host/host.ts';
import { diskName, disksOfPlan } from '../texts/index.ts';

/** More than this many say nothing more: a plug with a loose contact comes and goes all day. */
const MOST_EVENTS = 200;

/**
 * Watches what happens around a job: the computer losing mains or getting it back, devices that come and go.
 * What the job itself does, ejecting a disk it has written, is no event.
 * @param tell called at once with each event
 */
export function watchSurroundings(host: Pick<Host, 'disks' | 'power'>, plan: Plan, tell: (event: JobEvent) => void): () => void {
  const ejected = 'eject' in plan && plan.eject ? disksOfPlan(plan).map(({ id }) => id) : [];
  let count = 0;
  const say = (code: JobEvent['code'], params: JobEvent['params'] = {}): void => {
    if (count++ < MOST_EVENTS) tell({ at: new Date().toISOString(), code, params });
  };

  let before: ReadonlyMap<string, DeviceSeen> | null = null;
  const stopDisks = host.disks.watchDevices((devices) => {
    // A card reader without a card holds nothing.
    const now = new Map(devices.filter(({ size }) => size > 0).map((disk) => [keyOf(disk), disk]));
    for (const [key, disk] of before ?? []) if (!now.has(key) && !ejected.includes(disk.id)) say('device-left', about(disk));
    if (before) for (const [key, disk] of now) if (!before.has(key)) say('device-arrived', about(disk));
    before = now;
  });

  let known = false;
  let mainsLost = false;
  const stopMains = host.power.watchMains((onMains) => {
    // A job that begins on battery was told so by the checks before it.
    if (known && !onMains) say('mains-lost');
    if (mainsLost && onMains) say('mains-back');
    mainsLost ||= known && !onMains;
    known = true;
  });
  return () => {
    stopDisks();
    stopMains();
  };
}

/** Another stick in the same socket is another device. */
const keyOf = ({ id, model, serial, size }: DeviceSeen): string => JSON.stringify([id, model, serial, size]);

const about = (disk: DeviceSeen): JobEvent['params'] => ({ disk: diskName(disk), size: disk.size, path: disk.path });
