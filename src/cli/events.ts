import type { FileHash } from '../../native-free-engine/index.ts';
import type {
  CheckResult, CustomisingPreview, DiscInfo, Disk, DiskImageInfo, DriverChoice, DriverPackageInfo, DriverScan, HardwareDevice, HistoryList, ImageInfo, JobProgress,
  LibraryListing, PlainError, Plan, Report, TargetProgress, UnfinishedCapture, WimInfo,
} from '../contract/index.ts';

/** The lines of `--json`, described in docs/guides/terminal.md. The last one is always `ended`. */
export type CliEvent =
  | { readonly event: 'disks'; readonly disks: readonly Disk[] }
  | { readonly event: 'image'; readonly image: ImageInfo }
  /** After `image`, for an ISO. `error`: its files cannot be read. */
  | { readonly event: 'disc'; readonly disc: DiscInfo | null; readonly error: PlainError | null }
  /** Of a disc, with `--sha256`; `path` from its root, with `/`. */
  | { readonly event: 'file'; readonly file: FileHash }
  | { readonly event: 'disk-image'; readonly image: DiskImageInfo }
  | { readonly event: 'wim'; readonly wim: WimInfo }
  | { readonly event: 'unfinished'; readonly unfinished: UnfinishedCapture }
  | { readonly event: 'library'; readonly folders: readonly LibraryListing[] }
  | { readonly event: 'answer-file'; readonly preview: CustomisingPreview }
  | { readonly event: 'drivers'; readonly scan: DriverScan }
  | { readonly event: 'driver-choice'; readonly choice: DriverChoice }
  | { readonly event: 'drivers-registered'; readonly drivers: readonly DriverPackageInfo[] }
  | { readonly event: 'hardware'; readonly devices: readonly HardwareDevice[] }
  | { readonly event: 'disk'; readonly disk: Disk }
  | { readonly event: 'plan'; readonly plan: Plan }
  | { readonly event: 'progress'; readonly progress: JobProgress }
  | { readonly event: 'target'; readonly target: TargetProgress }
  | { readonly event: 'report'; readonly report: Report }
  | {
      readonly event: 'check';
      readonly check: CheckResult['check'];
      readonly verdict: CheckResult['verdict'];
      /** By which it is accepted. */
      readonly name: string;
      readonly accepted: boolean;
      readonly subject: CheckResult['subject'];
      readonly finding: CheckResult['finding'] & { readonly text: string };
      readonly evidence: readonly (CheckResult['evidence'][number] & { readonly text: string })[];
      /** The best remedy in words; null where there is nothing to do. */
      readonly remedy: string | null;
      readonly remedies: CheckResult['remedies'];
      readonly overridable: boolean;
    }
  | { readonly event: 'remedy'; readonly line: string; readonly share: number | null }
  | ({ readonly event: 'history' } & HistoryList)
  | {
      readonly event: 'ended';
      readonly ok: boolean;
      /** An error code, `cancelled`, or null when all went well. */
      readonly code: string | null;
      readonly exitCode: number;
      readonly error?: PlainError & { readonly title: string; readonly remedy: string };
    };
