import { gathered, MACHINE, remedy, resultsOf, said, shown, typed, unknownResult, volumeSubject, way, type Judge } from '../kit.ts';
import { bitlockerOff } from '../ways.ts';
import type { CheckResult, Remedy, VolumeRef } from '../types.ts';

const result = resultsOf('encryption');

/** Encrypted partitions, what is being encrypted or decrypted, and what Windows would encrypt by itself. */
export const judgeEncryption: Judge<'encryption'> = ({ volumes, byPolicy }, { system }) => {
  const each = volumes.map(({ volume, encryption }): CheckResult => {
    const subject = volumeSubject(volume);
    if (!encryption.known) return unknownResult('encryption', subject, encryption);
    const { kind, state, percent, unlocked, mapper = '' } = encryption.value;
    const params = { number: volume.number, percent: percent ?? '?', bytes: volume.size, mapper };
    if (kind === 'none' || state === 'off') return result(subject, 'fine', 'none', { params, evidence: [shown(encryption, 'none', () => params)] });
    const more = { params, evidence: [shown(encryption, `${kind}-${state}`, () => params)], remedies: [remedyFor(kind, volume, mapper, system)] };
    // Half of it is cipher text and half is not. Where that stands still an image of it is whole, and opens once Windows goes on with it;
    // under a Windows that is at it this very moment, the halves of the image are from different times and nothing opens them.
    const atIt = state !== 'paused' && system === 'windows' && volume.mountPoints.length > 0;
    if (state === 'encrypting' || state === 'decrypting' || state === 'paused') return result(subject, 'stop', state, { ...more, overridable: !atIt });
    if (state === 'suspended') return result(subject, 'warning', 'suspended', more);
    return result(subject, 'warning', unlocked ? `${kind}-unlocked` : `${kind}-locked`, more);
  });
  const encrypts = each.some(({ verdict }) => verdict === 'warning' || verdict === 'stop');
  const policy = byPolicy.known && byPolicy.value && !encrypts ? [result(MACHINE, 'advice', 'by-policy', { evidence: [shown(byPolicy, 'by-policy', () => ({}))], remedies: [NO_POLICY] })] : [];
  return [...gathered('encryption', each, 'all-plain'), ...policy];
};

function remedyFor(kind: string, volume: VolumeRef, mapper: string, system: 'linux' | 'windows' | 'macos'): Remedy {
  if (kind === 'bitlocker') return bitlockerOff(volume, system);
  if (kind === 'luks' && mapper !== '') return remedy('image-opened', null, way('terminal', typed(`werkbank capture ${mapper} IMAGE.qcow2`)));
  if (kind === 'luks') return remedy('open-luks', null, way('terminal', typed(`cryptsetup open ${volume.device || 'DEVICE'} customer`), said('image-the-mapper', { mapper: '/dev/mapper/customer' })));
  return remedy('decrypt', null, way('window', 'filevault-off'));
}

const NO_POLICY: Remedy = remedy('no-device-encryption', null, way('window', 'device-encryption-off'), way('command-prompt', 'prompt-as-administrator', typed('reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\BitLocker /v PreventDeviceEncryption /t REG_DWORD /d 1 /f')));
