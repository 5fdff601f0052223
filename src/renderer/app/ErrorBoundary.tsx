import { Component, type ReactNode } from 'react';
import i18next from 'i18next';
import { Button } from '../components/Button.tsx';
import { Notice } from '../components/Notice.tsx';

/** A fault of the window itself: it is said, and the window can be loaded again. Jobs run elsewhere and are not hurt. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { fault: string | null }> {
  override state: { fault: string | null } = { fault: null };

  static getDerivedStateFromError(thrown: unknown): { fault: string } {
    return { fault: thrown instanceof Error ? thrown.message : String(thrown) };
  }

  override render(): ReactNode {
    if (this.state.fault === null) return this.props.children;
    return (
      <main className="app-alert">
        <Notice kind="error" announced title={i18next.t('app:fault.title')}>
          <p>{i18next.t('app:fault.text')}</p>
          <p className="mono">{this.state.fault}</p>
          <div className="notice-actions"><Button onPress={() => location.reload()}>{i18next.t('app:fault.reload')}</Button></div>
        </Notice>
      </main>
    );
  }
}
