import type { TFunction } from 'i18next';
import { areUntouched, type Report, type TargetOutcome } from '../../../contract/index.ts';
import { identitiesOf } from './plan-texts.ts';

/** All that was to come onto the disk is on it. */
export const isGood = ({ outcome }: Pick<TargetOutcome, 'outcome'>): boolean => outcome === 'written' || outcome === 'verified';

/** The outcome in the fewest true words, and one sentence that says what to do with it. */
export function outcomeWords(t: TFunction, report: Report): { title: string; text: string } {
  const { targets, outcome, plan } = report;
  const good = targets.filter(isGood);
  if (outcome === 'unknown') return { title: t('report-view:unknown'), text: t('report-view:unknown-text') };
  if (outcome === 'cancelled' && areUntouched(targets)) return { title: t('report-view:cancelled'), text: t('report-view:cancelled-before') };
  if (outcome === 'cancelled') return { title: t('report-view:cancelled'), text: t(`progress:cancel-leaves.${plan.kind}`) };
  if (outcome === 'failed') return { title: t(`report-view:failed.${plan.kind}`), text: t('report-view:failed-text') };
  // All that could be read is in the image.
  if (outcome === 'partly' && plan.kind === 'capture') return { title: t('report-view:partly-capture'), text: t('report-view:capture-holes') };
  if (outcome === 'partly') {
    return { title: t('report-view:partly', { good: good.length, count: targets.length }), text: t('report-view:partly-text') };
  }
  if (plan.kind === 'capture') return { title: t('report-view:done.capture'), text: t('report-view:read-done') };
  if (plan.kind === 'verify' && plan.share < 1) return { title: t('report-view:done.verify-share'), text: t('report-view:done-text.verify') };
  if (plan.kind === 'verify' || plan.kind === 'convert' || plan.kind === 'iso' || plan.kind === 'extract') return { title: t(`report-view:done.${plan.kind}`), text: t(`report-view:done-text.${plan.kind}`) };
  if (plan.kind === 'winpe' && plan.iso) return { title: t('report-view:done.iso'), text: t('report-view:done-text.iso') };
  if (plan.kind === 'read') return { title: t('report-view:done.read'), text: t('report-view:read-done') };
  if (plan.kind === 'format') return { title: t('report-view:done.format'), text: unplugText(t, good.length, report) };
  if (plan.kind === 'drivers') return { title: t('report-view:done.drivers'), text: unplugText(t, good.length, report) };
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
