import { MACHINE, resultsOf, shown, unknownResult, type Judge } from '../kit.ts';

const result = resultsOf('firmware');

/** How this machine starts, against what is to start on it. */
export const judgeFirmware: Judge<'firmware'> = ({ firmware, secureBoot }, { wanted }) => {
  if (!firmware.known) return [unknownResult('firmware', MACHINE, firmware)];
  const evidence = [
    shown(firmware, firmware.value, () => ({})),
    ...(firmware.value === 'uefi' ? [shown(secureBoot, secureBoot.known && secureBoot.value ? 'secure-boot-on' : 'secure-boot-off', () => ({}))] : []),
  ];
  if (firmware.value === 'bios' && wanted?.table === 'gpt') return [result(MACHINE, 'advice', 'gpt-on-bios', { evidence })];
  if (firmware.value === 'uefi' && wanted?.table === 'mbr') return [result(MACHINE, 'advice', 'mbr-on-uefi', { evidence })];
  if (firmware.value === 'bios') return [result(MACHINE, 'fine', 'bios', { evidence })];
  return [result(MACHINE, 'fine', secureBoot.known ? (secureBoot.value ? 'uefi-secure' : 'uefi-not-secure') : 'uefi', { evidence })];
};
