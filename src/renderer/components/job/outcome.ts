import type { TFunction } from 'i18next';
import type { Report } from '../../../contract/index.ts';
import { identitiesOf } from './plan-texts.ts';

/** The outcome in the fewest true words, and one sentence that says what to do with it. */
export function outcomeWords(t: TFunction, report: Report): { title: string; text: string } {
  const { targets, outcome, plan } = report;
  const good = targets.filter((target) => target.outcome === 'written' || target.outcome === 'verified');
  if (outcome === 'cancelled') return { title: t('report-view:cancelled'), text: t(`progress:cancel-leaves.${plan.kind}`) };
  if (outcome === 'failed') return { title: t(`report-view:failed.${plan.kind}`), text: t('report-view:failed-text') };
  if (outcome === 'partly') {
    return { title: t('report-view:partly', { good: good.length, count: targets.length }), text: t('report-view:partly-text') };
  }
  if (plan.kind === 'capture') return { title: t('report-view:done.capture'), text: report.imaging && report.imaging.bad.bytes > 0 ? t('report-view:capture-holes') : t('report-view:read-done') };
  if (plan.kind === 'verify' || plan.kind === 'convert' || plan.kind === 'iso' || plan.kind === 'extract') return { title: t(`report-view:done.${plan.kind}`), text: t(`report-view:done-text.${plan.kind}`) };
  if (plan.kind === 'read') return { title: t('report-view:done.read'), text: t('report-view:read-done') };
  if (plan.kind === 'format') return { title: t('report-view:done.format'), text: unplugText(t, good.length, report) };
  if (plan.kind === 'restore') return { title: t(plan.verify ? 'report-view:done.restored-verified' : 'report-view:done.restore'), text: unplugText(t, good.length, report) };
  const verified = good.length > 0 && good.every((target) => target.outcome === 'verified');
  return { title: t(verified ? 'report-view:done.verified' : 'report-view:done.written'), text: unplugText(t, good.length, report) };
}

function ejected(report: Report): boolean {
  return report.targets.length > 0 && report.targets.every((target) => target.ejected);
}

function unplugText(t: TFunction, count: number, report: Report): string {
  if (ejected(report)) return t('report-view:unplug', { count });
  const practice = identitiesOf(report.plan).every(({ bus }) => bus === 'file');
  return t(practice ? 'report-view:on-practice' : 'report-view:not-ejected', { count });
}
