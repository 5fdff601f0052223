import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button.tsx';

/** As many as are drawn at once and looked through by eye. */
const PAGE = 50;

/** The first of a long list, and how many that is. `key`: what the list is of; another one begins at the first again. */
export function useFirst<T>(items: readonly T[], key = ''): { readonly first: readonly T[]; readonly rest: number; readonly showMore: () => void } {
  const [shown, setShown] = useState({ key, count: PAGE });
  const count = shown.key === key ? shown.count : PAGE;
  return { first: items.slice(0, count), rest: Math.max(0, items.length - count), showMore: () => setShown({ key, count: count + PAGE }) };
}

/** The way to the rest of a long list. */
export function ShowMore({ rest, onPress }: { readonly rest: number; readonly onPress: () => void }) {
  const { t } = useTranslation();
  return rest > 0 && <div className="row"><Button onPress={onPress}>{t('app:more', { count: Math.min(rest, PAGE), rest })}</Button></div>;
}
