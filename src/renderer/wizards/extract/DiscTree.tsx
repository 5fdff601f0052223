import { useState, type ReactNode } from 'react';
import { Button, Checkbox, Tree, TreeItem, TreeItemContent, type Key } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { DiscEntry, DiscList } from '../../../contract/index.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Icon } from '../../components/Icon.tsx';
import { fileName } from '../../formatting/paths.ts';
import { isWithin, useExtract } from '../../stores/extract.ts';

/** The disc's folders and files, unfolded on demand; or, while something is searched for, what was found. */
export function DiscTree() {
  const { t } = useTranslation();
  const { folders, hits, all, chosen, look, choose } = useExtract();
  const [unfolded, setUnfolded] = useState<ReadonlySet<Key>>(new Set());
  const shown = hits ?? folders[''];

  const unfold = (keys: ReadonlySet<Key>) => {
    setUnfolded(keys);
    for (const key of keys) void look(String(key));
  };
  const select = (keys: 'all' | ReadonlySet<Key>) => {
    const known = new Map([...Object.values(folders), ...(hits ? [hits] : [])].flatMap(({ entries }) => entries.map((entry) => [entry.path, entry] as const)));
    // What is chosen but not shown now stays chosen.
    const visible = hits ? new Set(hits.entries.map(({ path }) => path)) : null;
    const kept = Object.values(chosen).filter(({ path }) => visible && !visible.has(path));
    const picked = keys === 'all' ? (shown?.entries ?? []) : [...keys].flatMap((key) => known.get(String(key)) ?? chosen[String(key)] ?? []);
    choose([...kept, ...picked]);
  };
  const toggle = (entry: DiscEntry) => {
    if (entry.kind === 'file' || hits) return;
    const keys = new Set(unfolded);
    if (!keys.delete(entry.path)) keys.add(entry.path);
    unfold(keys);
  };

  const row = (entry: DiscEntry): ReactNode => {
    const within = isWithin(entry.path, chosen);
    const inside = entry.kind === 'folder' && !hits ? folders[entry.path] : undefined;
    return (
      <TreeItem
        key={entry.path}
        id={entry.path}
        textValue={fileName(entry.path)}
        className={`disc-row disc-row-${entry.kind}`}
        hasChildItems={entry.kind === 'folder' && !hits}
        isDisabled={!all && within}
        {...(all && { onAction: () => toggle(entry) })}
      >
        <TreeItemContent>
          {({ selectionMode, isSelected }) => (
            <>
              {entry.kind === 'folder' && !hits
                ? <Button slot="chevron" className="disc-unfold"><Icon name="forward" size={18} /></Button>
                : <span className="disc-unfold" />}
              {selectionMode === 'multiple' && (
                <Checkbox slot="selection" className="disc-check">
                  <span className={`check-box ${isSelected || within ? 'check-box-on' : ''}`}><Icon name="check" size={18} /></span>
                </Checkbox>
              )}
              <span className="disc-kind"><Icon name={entry.kind === 'folder' ? 'folder' : 'file'} size={20} /></span>
              <span className="disc-name">
                {fileName(entry.path)}
                {hits && entry.path.includes('/') && <span className="disc-where">{entry.path.slice(0, entry.path.lastIndexOf('/'))}</span>}
              </span>
              <span className="disc-size">
                {entry.kind === 'folder' && <span className="disc-count">{t('iso:files', { count: entry.files })}</span>}
                <Bytes value={entry.size} />
              </span>
            </>
          )}
        </TreeItemContent>
        {inside?.entries.map(row)}
        {entry.kind === 'folder' && !hits && <Rest list={inside} of={entry.path} />}
      </TreeItem>
    );
  };

  if (!shown) return null;
  return (
    <Tree
      className="disc-tree"
      aria-label={t('extract:files.on-disc')}
      selectionMode={all ? 'none' : 'multiple'}
      selectionBehavior="toggle"
      disabledBehavior="selection"
      escapeKeyBehavior="none"
      selectedKeys={all ? [] : Object.keys(chosen)}
      onSelectionChange={select}
      expandedKeys={unfolded}
      onExpandedChange={unfold}
      renderEmptyState={() => <p className="disc-empty">{t(hits ? 'extract:files.no-hits' : 'extract:files.empty')}</p>}
    >
      {shown.entries.map(row)}
      {shown.total > 0 && <Rest list={shown} of="" />}
    </Tree>
  );
}

/** Says that a folder is still being looked into, that it is empty, or that it has more than is shown. */
function Rest({ list, of }: { list: DiscList | undefined; of: string }) {
  const { t } = useTranslation();
  const count = list ? list.total - list.entries.length : 0;
  if (list && list.total > 0 && count === 0) return null;
  // A folder can be unfolded because there is something in it: this, until it was looked into.
  const words = !list ? t('extract:files.looking') : list.total === 0 ? t('extract:files.empty-folder') : t('extract:files.rest', { count });
  return (
    <TreeItem id={`${of}/`} textValue={words} className="disc-row disc-rest" isDisabled>
      <TreeItemContent><span className="disc-name">{words}</span></TreeItemContent>
    </TreeItem>
  );
}
