/** One figure at which a verdict turns. */
interface Threshold {
  readonly value: number;
  readonly unit: 'percent' | 'minutes' | 'seconds' | 'bytes' | 'bytes a second' | 'count' | 'share' | 'milliseconds' | 'degrees';
}

const threshold = (value: number, unit: Threshold['unit']): Threshold => ({ value, unit });
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Every figure of every verdict, with the reason for it. All can be set; docs/guides/preflight.md lists them. */
export const THRESHOLDS = {
  /** On battery below this a job is not begun: Windows itself goes to sleep at 5 to 7 %. */
  batteryStop: threshold(20, 'percent'),
  /** On battery, what must be left over when the job is done: estimates are off by as much. */
  batteryReserve: threshold(15, 'minutes'),
  /** A machine whose clock is behind the program's build by more than this is wrong: time zones make a day. */
  clockBehindBuild: threshold(24 * 60, 'minutes'),
  /** Further ahead of the program's build than this no clock is. Twenty years. */
  clockAheadOfBuild: threshold(20 * 365 * 24 * 60, 'minutes'),
  /** What imaging takes at the levels low, medium and high, with room for the rest of the machine. */
  memoryLow: threshold(400 * MIB, 'bytes'),
  memoryMedium: threshold(800 * MIB, 'bytes'),
  memoryHigh: threshold(2400 * MIB, 'bytes'),
  /** Disks hotter than this slow down, and hours of reading make them hotter still. */
  diskHot: threshold(60, 'degrees'),
  /** Sectors that wait to be replaced cannot be read now: from one on the image has holes. */
  smartPending: threshold(1, 'count'),
  /** Replaced sectors: a few are wear, many foretell the end. */
  smartReallocatedAdvice: threshold(1, 'count'),
  smartReallocatedWarning: threshold(50, 'count'),
  /** Errors that the disk reported and did not mend. */
  smartUncorrectable: threshold(1, 'count'),
  /** Commands that took too long point at cable or power supply. */
  smartTimeouts: threshold(100, 'count'),
  /** An SSD past its rated life goes on, and may stop any day. */
  ssdWornAdvice: threshold(90, 'percent'),
  ssdWornWarning: threshold(100, 'percent'),
  /** Of the time in which the disk was looked at. Something else at work slows imaging down and changes what is imaged. */
  diskBusyAdvice: threshold(15, 'percent'),
  diskBusyWarning: threshold(50, 'percent'),
  /** Where the system counts no time at work: this much a second is work. */
  diskBusyBytes: threshold(10 * MIB, 'bytes a second'),
  /** Less free than this, and Windows can neither defragment nor update. */
  volumeFull: threshold(10, 'percent'),
  /** Page and hibernation files left out are worth a word from here on. */
  leftOutBytes: threshold(GIB, 'bytes'),
  /** Share of files in more than one piece that Windows itself calls too much. */
  fragmentedAdvice: threshold(10, 'percent'),
  /** One move of the heads of a hard disk. */
  seekTime: threshold(10, 'milliseconds'),
  /** Seeking saved by defragmenting that is worth the work. */
  seekWorth: threshold(60, 'seconds'),
  /** A partition that holds more than this, and could be left out, is worth a word. */
  leaveOutBytes: threshold(GIB, 'bytes'),
  /** The image is a guess: so much more must be free than it is guessed at. */
  destinationMargin: threshold(10, 'percent'),
  /** Slower than this, and a usual disk of 100 GB takes more than an hour. */
  destinationSlow: threshold(25 * MIB, 'bytes a second'),
  /** A place that took longer to read than this is a weak one. */
  surfaceSlow: threshold(1_000, 'milliseconds'),
} as const satisfies Record<string, Threshold>;

export type ThresholdName = keyof typeof THRESHOLDS;
export type Thresholds = Readonly<Record<ThresholdName, number>>;

/** All thresholds, with those in `changed` in place of their own. */
export function thresholdsWith(changed: Partial<Thresholds> = {}): Thresholds {
  return Object.fromEntries(Object.entries(THRESHOLDS).map(([name, { value }]) => [name, changed[name as ThresholdName] ?? value])) as Thresholds;
}
