import type { Plan } from './plan.ts';
import type { CheckedJob } from './preflight.ts';

/** Which checks come before a plan of each kind; null for those that erase and read no disk. */
export const CHECKED_AS: Readonly<Record<Plan['kind'], CheckedJob | null>> = {
  'capture': 'capture', 'restore': 'restore', 'write': 'write', 'read': 'read', 'format': 'format', 'windows-stick': 'media', 'winpe': 'media',
  'verify': null, 'convert': null, 'iso': null, 'extract': null, 'drivers': null,
};
