import type { InfSections } from './inf-sections.ts';
import type { Expand } from './inf-strings.ts';

export type DriverArchitecture = 'x86' | 'amd64' | 'arm64' | 'arm' | 'ia64';

/** For which Windows a part of an INF is: `NTamd64.10.0...22000` (INF Manufacturer Section, TargetOSVersion). */
export interface TargetOs {
  readonly architecture: DriverArchitecture;
  readonly major: number;
  readonly minor: number;
  /** VER_NT_WORKSTATION and so on; 0 for all. */
  readonly product: number;
  readonly build: number;
}

/** One line of a models section: a device by its hardware ID and those that it is compatible with, all in capitals. */
export interface DriverDevice {
  readonly target: TargetOs;
  /** All targets of its line in `[Manufacturer]`, those without devices too: Windows looks at the devices of the best one and at no others. */
  readonly targets: readonly TargetOs[];
  readonly description: string;
  readonly hardwareIds: readonly string[];
  readonly compatibleIds: readonly string[];
  readonly installSection: string;
}

const MAX_DEVICES = 50_000;
const MAX_IDS = 64;
const ANY: TargetOs = { architecture: 'x86', major: 0, minor: 0, product: 0, build: 0 };

/** The devices of an INF, from every models section that `[Manufacturer]` names. */
export function infDevices(sections: InfSections, expand: Expand): DriverDevice[] {
  const devices: DriverDevice[] = [];
  for (const { key, values } of sections.get('manufacturer') ?? []) {
    const [named, ...decorations] = values;
    const base = expand(named ?? key).toLowerCase();
    const decorated = ['', ...decorations.map(expand)].flatMap((decoration) => {
      const target = decoration === '' ? ANY : parseTarget(decoration);
      return target ? [{ decoration, target }] : [];
    });
    const targets = decorated.map(({ target }) => target);
    for (const { decoration, target } of decorated) {
      for (const line of sections.get(decoration === '' ? base : `${base}.${decoration.toLowerCase()}`) ?? []) {
        const [installSection = '', ...ids] = line.values.map(expand);
        const clean = ids.slice(0, MAX_IDS).map((id) => id.trim().toUpperCase()).filter((id) => id !== '');
        const [hardwareId] = clean;
        if (hardwareId === undefined) continue;
        devices.push({ target, targets, description: expand(line.key), hardwareIds: [hardwareId], compatibleIds: clean.slice(1), installSection });
        if (devices.length >= MAX_DEVICES) return devices;
      }
    }
  }
  return devices;
}

/** `NT[architecture][.[major][.[minor][.[product][.[suite][.[build]]]]]]`; null for what is none of it. */
export function parseTarget(decoration: string): TargetOs | null {
  const [name = '', major = '', minor = '', product = '', , build = ''] = decoration.trim().toLowerCase().split('.');
  const architecture = /^nt(x86|amd64|arm64|arm|ia64)?$/.exec(name);
  if (!architecture) return null;
  const number = (text: string): number => {
    const value = text.startsWith('0x') ? parseInt(text, 16) : Number(text);
    return Number.isInteger(value) && value >= 0 ? value : 0;
  };
  // Since Windows Server 2003 what names no architecture is for x86: the others have to be named.
  return { architecture: (architecture[1] ?? 'x86') as DriverArchitecture, major: number(major), minor: number(minor), product: number(product), build: number(build) };
}
