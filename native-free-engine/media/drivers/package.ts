import type { Inf } from './inf.ts';

/** A driver package as it lies in a folder. */
export interface DriverPackage extends Inf {
  /** Where its INF lies. */
  readonly path: string;
  /** Name of the INF, as it is written. */
  readonly infName: string;
  /** SHA-256 of the INF, hexadecimal: two packages with the same one are the same. */
  readonly sha256: string;
  /** `present`: a catalogue lies beside the INF; whether its signature is good is for Windows to say. */
  readonly catalog: 'present' | 'missing' | 'none';
  /** Files that the INF names, by the names that they have on the disk. */
  readonly present: readonly string[];
  /** Files that the INF names and that are not there. */
  readonly missing: readonly string[];
}

/** Packages that are versions of the same driver: the same INF of the same maker for the same class. */
export const familyOf = ({ infName, provider, classGuid }: Pick<DriverPackage, 'infName' | 'provider' | 'classGuid'>): string => `${infName.toLowerCase()}|${provider.toLowerCase()}|${classGuid}`;
