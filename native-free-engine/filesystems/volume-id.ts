/** `1A2B-3C4D`, as DOS, Windows and blkid write the serial number of a FAT or exFAT; empty for 0. */
export function formatVolumeId(id: number): string {
  if (id === 0) return '';
  const hex = id.toString(16).toUpperCase().padStart(8, '0');
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}
