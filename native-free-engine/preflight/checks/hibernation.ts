import { gathered, resultsOf, shown, unknownResult, volumeSubject, type Judge } from '../kit.ts';
import { hibernationOff } from '../ways.ts';

const result = resultsOf('hibernation');

/** A Windows that sleeps on a volume, or would at its next "shut down". */
export const judgeHibernation: Judge<'hibernation'> = ({ volumes }, { system }) =>
  gathered('hibernation', volumes.map(({ volume, asleep, fastStartup }) => {
    const subject = volumeSubject(volume);
    const running = system === 'windows' && volume.mountPoints.length > 0;
    const evidence = [
      shown(asleep, asleep.known && asleep.value ? 'asleep' : 'awake', () => ({})),
      shown(fastStartup, fastStartup.known && fastStartup.value ? 'fast-startup-on' : 'fast-startup-off', () => ({})),
    ];
    const more = { evidence, remedies: [hibernationOff(system, running)] };
    if (asleep.known && asleep.value) return result(subject, 'stop', 'asleep', { ...more, overridable: true });
    if (!asleep.known) return unknownResult('hibernation', subject, asleep);
    if (fastStartup.known && fastStartup.value) return result(subject, 'advice', 'fast-startup', more);
    return result(subject, 'fine', 'awake', { evidence });
  }), 'none');
