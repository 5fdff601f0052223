import type { AnswerFileForm, Customising, CustomisingPreview, WindowsMediaInfo } from '../../../src/contract/index.ts';
import { WINDOWS_ISO } from './data.ts';

const edition = (index: number, name: string, id: string): WindowsMediaInfo['editions'][number] => ({
  wim: 'sources/install.wim', index, name, edition: id, architecture: 'x64', languages: ['nl-NL'], version: '10.0.26200.6584', createdAt: '2026-09-16T02:11:00.000Z', size: 18_400_000_000 + index * 210_000_000,
});

/** A disc as Microsoft offers it. */
export const WINDOWS_MEDIA: WindowsMediaInfo = {
  location: WINDOWS_ISO.location, name: WINDOWS_ISO.name, label: WINDOWS_ISO.label, size: WINDOWS_ISO.size ?? 0,
  editions: [edition(1, 'Windows 11 Home', 'Core'), edition(2, 'Windows 11 Education', 'Education'), edition(3, 'Windows 11 Pro', 'Professional')],
  installs: [{ path: 'sources/install.wim', format: 'wim', size: 6_451_281_920, solid: false }],
  uefi: ['x64'], bios: true, files: 1043, bytes: 7_711_002_112,
};

const VERSIONS = ['7', '8.1', '10', '11', 'Server 2016', 'Server 2019', 'Server 2022', 'Server 2025'];
const option = (name: string, note: string | null, honouredBy: readonly string[] = VERSIONS): AnswerFileForm['options'][number] => ({ name, honouredBy: [...honouredBy], note, source: 'fixture' });

export const ANSWER_FORM: AnswerFileForm = {
  versions: VERSIONS,
  options: [
    option('computerName', 'computerName'), option('account', 'account'), option('language', 'language'), option('productKey', 'productKey'),
    option('skipAccountScreens', 'skipAccountScreens', ['10', '11']), option('skipNetworkScreen', 'skipNetworkScreen', ['11']),
    option('bypassHardwareChecks', 'bypassHardwareChecks', ['11']), option('noDataCollection', 'noDataCollection', ['10', '11']), option('preventDeviceEncryption', null, ['10', '11']),
  ],
  timeZones: ['W. Europe Standard Time', 'GMT Standard Time', 'UTC'],
};

export function previewOf({ answerFile }: Customising): CustomisingPreview {
  if (answerFile?.kind !== 'options') return { xml: null, warnings: [], files: [] };
  const { computerName, disk } = answerFile.options;
  const xml = [
    '<?xml version="1.0" encoding="utf-8"?>', '<unattend xmlns="urn:schemas-microsoft-com:unattend">', '  <settings pass="specialize">',
    '    <component name="Microsoft-Windows-Shell-Setup" processorArchitecture="amd64">', `      <ComputerName>${computerName ?? ''}</ComputerName>`, '    </component>', '  </settings>', '</unattend>', '',
  ].join('\r\n');
  return { xml, warnings: disk ? [{ code: 'wipes-disk' }] : [], files: [{ path: 'Autounattend.xml', size: xml.length }] };
}
