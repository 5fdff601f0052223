import type { Customising, DriverPreview, DriverPreviewRequest, DriversPlan, DriversRequest, ExtractPlan, ExtractRequest, IsoPlan, IsoRequest, WindowsStickPlan, WindowsStickRequest, WinpePlan, WinpeRequest } from '../../../../src/contract/index.ts';
import { discAnswers, extractPlanOf, isoPlanOf } from '../disc-data.ts';
import { driversPlanOf } from '../driver-data.ts';
import { harness } from '../harness.ts';
import { base, find, named, planned } from '../planned.ts';
import { Refusal } from '../refusal.ts';
import { ANSWER_FORM, previewOf, WINDOWS_MEDIA } from '../windows-data.ts';
import { choiceOf, DEVICES, WINPE_IMAGE, winpePlanOf } from '../winpe-data.ts';

/** Media that start something, their drivers, and discs. */
export const mediaAnswers = {
  ...discAnswers,
  'media.inspectWindows': ({ location }: { location: string }) => {
    if (!location.includes('Win11')) throw new Refusal('windows-media-unknown', { path: location });
    return { ...WINDOWS_MEDIA, location };
  },
  'answerFile.form': () => ANSWER_FORM,
  'answerFile.preview': (wanted: Customising) => {
    if (wanted.answerFile?.kind === 'options' && / /.test(wanted.answerFile.options.computerName ?? '')) {
      throw new Refusal('answer-file-computer-name', { name: wanted.answerFile.options.computerName ?? '' });
    }
    return previewOf(wanted);
  },
  'plan.windowsStick': (input: WindowsStickRequest): WindowsStickPlan => {
    const disks = input.disks.map(find);
    const { firmware, extraFolder, customising, verify, eject } = input;
    return {
      kind: 'windows-stick', ...base(), image: WINDOWS_MEDIA, firmware, table: firmware === 'uefi' ? 'gpt' : 'mbr', label: input.label || 'WIN11', disks: disks.map(planned), verify, eject, extraFolder,
      parts: [{ path: 'sources/install.swm', of: 'sources/install.wim', size: 4_289_718_272 }, { path: 'sources/install2.swm', of: 'sources/install.wim', size: 2_161_563_648 }],
      editions: null, repacks: [], repackedAs: 'lzx', workFolder: null, extras: customising ? previewOf(customising).files : [], replaced: [], drivers: null, customising,
      room: disks.map((disk) => ({ disk: disk.id, writes: 7_720_000_000, free: disk.size - 7_720_000_000 })),
      steps: [
        { code: 'recheck-identity', params: {} }, { code: 'split-wim', params: { path: 'sources/install.wim', parts: 2 } },
        ...disks.flatMap((disk) => [{ code: 'clear' as const, params: { disk: named(disk) } }, { code: `layout-${firmware}` as const, params: { disk: named(disk) } }, { code: 'write-files' as const, params: { disk: named(disk), size: 7_720_000_000, image: WINDOWS_MEDIA.name } }, { code: 'write-first' as const, params: { disk: named(disk) } }]),
      ],
    };
  },
  'media.inspectWinpe': ({ location }: { location: string }) => {
    if (location.includes('debian')) throw new Refusal('winpe-unknown', { path: location });
    return { ...WINPE_IMAGE, location };
  },
  'drivers.choose': (wish: DriverPreviewRequest): DriverPreview => ({ ...choiceOf(wish), system: wish.disk === null ? null : { architecture: wish.architecture ?? 'amd64', build: 26100, from: 'sources/boot.wim' } }),
  'drivers.machine': () => DEVICES,
  'plan.winpe': (input: WinpeRequest): WinpePlan => {
    if (input.iso?.path.includes('exists') && !input.iso.overwrite) throw new Refusal('destination-exists', { path: input.iso.path });
    const disks = input.disks.map(find);
    const made = winpePlanOf(input, disks.map(planned));
    return {
      kind: 'winpe', ...base(), ...made,
      steps: [
        { code: 'edit-winpe', params: { image: made.image.name } }, ...(made.drivers.length > 0 ? [{ code: `drivers-${input.driversIn}` as const, params: { count: made.drivers.length } }] : []),
        ...(input.iso ? [{ code: 'write-iso' as const, params: { destination: input.iso.path, size: made.iso?.size ?? 0 } }] : []),
        ...disks.flatMap((disk) => [{ code: 'clear' as const, params: { disk: named(disk) } }, { code: `layout-${input.firmware}` as const, params: { disk: named(disk) } }, { code: 'write-files' as const, params: { disk: named(disk), size: 412_300_000, image: made.image.name } }, { code: 'write-first' as const, params: { disk: named(disk) } }]),
      ],
    };
  },
  'plan.drivers': ({ disk: id, wish, eject }: DriversRequest): DriversPlan => {
    const disk = find(id);
    return { kind: 'drivers', ...base(), ...driversPlanOf(named(disk), { ...planned(disk), loses: [] }, wish, eject, harness.upToDate) };
  },
  'plan.iso': (input: IsoRequest): IsoPlan => ({ kind: 'iso', ...base(), ...isoPlanOf(input) }),
  'plan.extract': (input: ExtractRequest): ExtractPlan => ({ kind: 'extract', ...base(), ...extractPlanOf(input) }),
};
