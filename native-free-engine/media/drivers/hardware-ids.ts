import { EngineError } from '../../base/errors.ts';

/** The IDs of one device, the most telling one first, in capitals. */
export type DeviceIds = readonly string[];

const MAX_ID = 200;

/** A PCI function as its configuration space tells of it, numbers as they are. */
export interface PciFunction {
  readonly vendor: number;
  readonly device: number;
  readonly subsystemVendor: number;
  readonly subsystem: number;
  readonly revision: number;
  /** Class, subclass and programming interface, 24 bits. */
  readonly classCode: number;
}

/** The IDs that Windows makes up for a PCI function, hardware IDs first (Identifiers for PCI Devices). */
export function pciIds({ vendor, device, subsystemVendor, subsystem, revision, classCode }: PciFunction): DeviceIds {
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
  const id = `PCI\\VEN_${hex(vendor, 4)}&DEV_${hex(device, 4)}`;
  const own = `${id}&SUBSYS_${hex(subsystem, 4)}${hex(subsystemVendor, 4)}`;
  const rev = `REV_${hex(revision, 2)}`;
  const full = hex(classCode, 6);
  const short = full.slice(0, 4);
  const venClass = (code: string): string => `PCI\\VEN_${hex(vendor, 4)}&CC_${code}`;
  return [
    `${own}&${rev}`, own, `${id}&CC_${full}`, `${id}&CC_${short}`,
    `${id}&${rev}`, id, venClass(full), venClass(short), `PCI\\VEN_${hex(vendor, 4)}`, `PCI\\CC_${full}`, `PCI\\CC_${short}`,
  ];
}

/** An ID as somebody types it, with the less telling ones that it stands for. @throws EngineError `hardware-id-invalid` */
export function typedIds(text: string): DeviceIds {
  const id = text.trim().toUpperCase();
  if (id.length > MAX_ID || !/^(?:[A-Z0-9_]+\\[^\s\\,"]+(?:\\[^\s\\,"]+)*|\*[A-Z0-9]{7})$/.test(id)) throw new EngineError('hardware-id-invalid', { value: text.slice(0, 60) });
  const pci = /^(PCI\\VEN_[0-9A-F]{4}&DEV_[0-9A-F]{4})(&SUBSYS_[0-9A-F]{8})?(&REV_[0-9A-F]{2})?$/.exec(id);
  if (!pci && /^PCI\\/.test(id) && !/^PCI\\(?:VEN_[0-9A-F]{4}(?:&[A-Z]+_[0-9A-F]+)*|CC_[0-9A-F]{4,6})$/.test(id)) throw new EngineError('hardware-id-invalid', { value: text.slice(0, 60) });
  if (!pci) return [id];
  const [, device = '', subsystem = '', revision = ''] = pci;
  return [...new Set([id, ...(subsystem ? [device + subsystem] : []), ...(revision ? [device + revision] : []), device])];
}
