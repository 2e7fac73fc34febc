'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useLive } from '@/lib/live/client.ts';
import { SettingsForm } from '@/lib/ui/patterns/settings-form/settings-form.tsx';
import type { NewerSave, SettingsFormSection, SettingsSaveState, SettingValues } from '@/lib/ui/patterns/settings-form/types.ts';
import { StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { recentChanges, saveSettings, undoSettings } from '../actions.ts';

/** Changes that came while the form was open are read back at most this far. */
const MOST_CHANGES = 20;

/** A settings form that knows what others save meanwhile. */
export function SectionForm({
  sections,
  version,
  mayWrite,
  nodeName,
}: {
  sections: readonly SettingsFormSection[];
  version: number;
  mayWrite: boolean;
  nodeName: string;
}) {
  const router = useRouter();
  const own = useRef(0);
  const initial = useMemo(() => ({ version, by: '', at: 0 }), [version]);
  const { value: last, freshness, since } = useLive('settings:version', initial);
  const newer = useNewer(sections, version, last, own);
  useFieldOfLink();
  const remember = (state: SettingsSaveState): SettingsSaveState => {
    if (state.is === 'done') own.current = Math.max(own.current, state.value.version);
    return state;
  };
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <SettingsForm
        sections={sections}
        version={version}
        save={async (input: { version: number; values: SettingValues }) => remember(await saveSettings(plain(input)))}
        undo={async (id) => remember(await undoSettings({ id }))}
        {...scopeOf(sections, nodeName)}
        {...(mayWrite ? {} : { readOnlyBecause: 'Your role can see settings but not change them. An administrator can.' })}
        newer={newer}
        onRefresh={() => router.refresh()}
      />
    </>
  );
}

/** What somebody else saved and what of it stands in this form. Saves of other pages only bring the version up to date. */
function useNewer(
  sections: readonly SettingsFormSection[],
  version: number,
  last: { version: number; by: string; at: number },
  own: { readonly current: number },
): NewerSave | null {
  const router = useRouter();
  const [found, setFound] = useState<NewerSave | null>(null);
  const keys = useMemo(() => new Set(sections.flatMap((section) => section.fields.map((field) => field.key))), [sections]);
  useEffect(() => {
    if (last.version <= version || last.version <= own.current) return;
    let wanted = true;
    void recentChanges({ limit: Math.min(MOST_CHANGES, last.version - version) }).then((state) => {
      if (!wanted || state.is !== 'done') return;
      const theirs = state.value.items.filter((change) => change.version > version && change.version > own.current);
      const newest = theirs.find((change) => change.changes.some((line) => keys.has(line.key)));
      if (!newest) return router.refresh();
      // From the oldest to the newest: of a setting that was changed twice the first "from" and the last "to" are said.
      const lines = new Map<string, NonNullable<NewerSave['changes']>[number]>();
      for (const line of theirs.toReversed().flatMap((change) => change.changes))
        if (keys.has(line.key)) lines.set(line.key, { ...line, fromText: lines.get(line.key)?.fromText ?? line.fromText });
      setFound({ version: last.version, by: newest.by, at: newest.at, changes: [...lines.values()] });
    });
    return () => {
      wanted = false;
    };
  }, [last.version, version, keys, own, router]);
  return found && found.version > version ? found : null;
}

/** Search and alarms link to one setting: its control gets the focus, not only the scroll position. */
function useFieldOfLink(): void {
  useEffect(() => {
    const go = () => {
      const id = decodeURIComponent(window.location.hash.slice(1));
      const target = id === '' ? null : document.getElementById(id);
      if (!target) return;
      target.scrollIntoView({ block: 'center' });
      const control = target.matches('input,select,textarea,button') ? target : target.querySelector('input,select,textarea,button');
      if (control instanceof HTMLElement) control.focus({ preventScroll: true });
    };
    go();
    window.addEventListener('hashchange', go);
    return () => window.removeEventListener('hashchange', go);
  }, []);
}

function scopeOf(sections: readonly SettingsFormSection[], nodeName: string): { scope?: string } {
  const scopes = new Set(sections.flatMap((section) => section.fields.map((field) => field.scope ?? 'cluster')));
  if (scopes.size !== 1) return {};
  return { scope: scopes.has('node') ? `node ${nodeName}` : 'every node' };
}

/** Lists are read-only inside the kit; an action wants arrays of its own. */
const plain = ({ version, values }: { version: number; values: SettingValues }) => ({
  version,
  values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, typeof value === 'object' ? [...value] : value] as const)),
});
