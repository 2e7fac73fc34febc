'use client';
import { useMemo, useState, useTransition } from 'react';
import { formatExact } from '../../format.ts';
import { Banner } from '../../primitives/banner.tsx';
import { Button } from '../../primitives/button.tsx';
import { Dialog } from '../../primitives/dialog.tsx';
import { RelativeTime } from '../../primitives/relative-time.tsx';
import { sayDone } from '../../primitives/toast.tsx';
import type { DiffRow } from '../diff-rows.ts';
import { DiffView } from '../diff-view.tsx';
import { ErrorSummary } from '../error-summary.tsx';
import { SaveBar } from '../save-bar.tsx';
import { settingFieldId } from './field-id.ts';
import { SettingControl } from './setting-control.tsx';
import {
  type NewerSave,
  type SettingField,
  type SettingsFormSection,
  type SettingsSaveState,
  type SettingValue,
  type SettingValues,
  type TheirSave,
  theirSaves,
} from './types.ts';
import { problemWith, sameValue, sayValue, warningFor } from './values.ts';

export interface SettingsFormProps {
  sections: readonly SettingsFormSection[];
  /** Version of the settings these values are of; saving an old one gives a conflict. */
  version: number;
  save: (input: { version: number; values: SettingValues }) => Promise<SettingsSaveState>;
  /** Takes a save back; offered for a while after saving. */
  undo?: (changeId: string) => Promise<SettingsSaveState>;
  /** Why nothing can be changed: "Your role can see settings but not change them." */
  readOnlyBecause?: string;
  /** Whom a change reaches: "this node", "2 nodes". */
  scope?: string;
  /** Somebody else saved meanwhile (from the live channel): shown as a bar, nothing is overwritten. */
  newer?: NewerSave | null;
  /** Called to load what is newer: `router.refresh()`. */
  onRefresh: () => void;
}

/** Settings from schema data: sections, jump list, marks, Reset, save bar, review, conflict. Nothing saves by itself. */
export function SettingsForm(props: SettingsFormProps) {
  const { version, readOnlyBecause } = props;
  /** What was saved a moment ago, shown until the page has been drawn again with it. */
  const [saved, setSaved] = useState<{ version: number; values: SettingValues } | null>(null);
  const sections = useMemo(() => {
    if (saved === null || version >= saved.version) return props.sections;
    const now = (field: SettingField): SettingField => ({ ...field, value: saved.values[field.key] ?? field.value });
    return props.sections.map((section) => ({ ...section, fields: section.fields.map(now) }));
  }, [props.sections, version, saved]);
  const fields = useMemo(
    () => new Map(sections.flatMap((section) => section.fields.map((field) => [field.key, field] as const))),
    [sections],
  );
  const [edits, setEdits] = useState<SettingValues>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<{ message: string; at: number } | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  /** Fresh controls after Save and Discard: what was half typed, or shown in another unit, goes with the edits. */
  const [round, setRound] = useState(0);
  const [reviewing, setReviewing] = useState(false);
  const [busy, start] = useTransition();

  const changed = useMemo(
    () => [...fields.values()].filter((field) => field.key in edits && !sameValue(edits[field.key] ?? field.value, field.value)),
    [fields, edits],
  );
  const values = (): SettingValues => Object.fromEntries(changed.map((field) => [field.key, edits[field.key] ?? field.value]));
  const check = (): boolean => {
    const found = Object.fromEntries(changed.flatMap((field) => entryOf(field, edits[field.key] ?? field.value)));
    setErrors(found);
    const wrong = Object.keys(found).length > 0;
    setFailure(wrong ? { message: 'These values cannot be saved:', at: Date.now() } : null);
    if (wrong) setReviewing(false);
    return !wrong;
  };
  const discard = () => {
    setRound((was) => was + 1);
    setEdits({});
    setErrors({});
    setFailure(null);
  };
  const take = (state: SettingsSaveState, asked: SettingValues) => {
    setReviewing(false);
    switch (state.is) {
      case 'done': {
        const { undo } = props;
        const { version: at, changeId } = state.value;
        setSaved({ version: at, values: asked });
        discard();
        setConflict(null);
        sayDone(`Saved · version ${at}`, undo && changeId ? { undo: () => start(async () => take(await undo(changeId), {})) } : undefined);
        props.onRefresh();
        return;
      }
      case 'conflict':
        setConflict({ message: state.message, theirs: theirSaves(state.details) });
        return;
      case 'invalid':
        setErrors(byKey(state.fields, fields));
        setFailure({ message: state.message, at: Date.now() });
        return;
      case 'refused':
        setFailure({ message: state.trace ? `${state.message} Trace ${state.trace}.` : state.message, at: Date.now() });
    }
  };
  const save = (against = version) => {
    if (!check()) return;
    const asked = values();
    start(async () => take(await props.save({ version: against, values: asked }), asked));
  };
  const rows: DiffRow[] = changed.map((field) => {
    const to = edits[field.key] ?? field.value;
    return {
      label: field.label,
      from: sayValue(field, field.value),
      to: Number.isNaN(to) ? 'Not a number' : sayValue(field, to),
      warning: warningFor(field, field.value, to),
      note: field.applies === 'new-sessions' ? 'For sessions that start from now on.' : undefined,
    };
  });

  return (
    <div className="flex items-start gap-8">
      <div className="min-w-0 max-w-[720px] flex-1">
        {readOnlyBecause ? (
          <Banner tone="idle" className="mb-4">
            {readOnlyBecause}
          </Banner>
        ) : null}
        {props.newer && props.newer.version > version && !conflict ? (
          <Banner
            tone="info"
            className="mb-4"
            action={
              <Button size="small" onClick={props.onRefresh}>
                Show the new values
              </Button>
            }
          >
            <p>
              {props.newer.by} changed {props.newer.changes?.length ? 'these settings' : 'settings'} (<RelativeTime at={props.newer.at} />
              ). {changed.length > 0 ? 'Your changes stay in the form.' : ''}
            </p>
            {props.newer.changes?.length ? (
              <ul className="list-disc pl-5">
                {props.newer.changes.map((change) => (
                  <li key={change.key}>
                    {change.label}: {change.fromText || 'empty'} becomes {change.toText || 'empty'}
                  </li>
                ))}
              </ul>
            ) : null}
          </Banner>
        ) : null}
        {failure ? (
          <div className="mb-4">
            <ErrorSummary
              key={failure.at}
              message={failure.message}
              problems={Object.entries(errors).map(([key, problem]) => ({
                id: settingFieldId(key),
                label: fields.get(key)?.label ?? key,
                problem,
              }))}
            />
          </div>
        ) : null}
        {sections.length > 3 ? <JumpList sections={sections} className="mb-4 xl:hidden" /> : null}
        <div className="flex flex-col gap-6">
          {sections.map((section) => (
            <section
              key={section.id}
              id={`section-${section.id}`}
              aria-labelledby={`section-${section.id}-title`}
              className="rounded-panel border border-soft bg-panel p-4 sm:p-6"
            >
              <h2 id={`section-${section.id}-title`} className="text-card">
                {section.title}
              </h2>
              {section.purpose ? <p className="text-body text-quiet">{section.purpose}</p> : null}
              <div className="mt-4 flex flex-col gap-6">
                {section.fields.map((field) => {
                  const value = edits[field.key] ?? field.value;
                  return (
                    <SettingControl
                      key={`${field.key} ${round}`}
                      field={field}
                      value={value}
                      error={errors[field.key]}
                      readOnly={readOnlyBecause !== undefined}
                      onChange={(next) => setEdits((was) => ({ ...was, [field.key]: next }))}
                      onLeave={() => setErrors((was) => withEntry(was, field.key, problemWith(field, value)))}
                    />
                  );
                })}
              </div>
            </section>
          ))}
        </div>
        <SaveBar
          changes={changed.length}
          busy={busy}
          onReview={() => check() && setReviewing(true)}
          onDiscard={discard}
          onSave={() => (rows.some((row) => row.warning) ? check() && setReviewing(true) : save())}
        />
      </div>
      {sections.length > 3 ? <JumpList sections={sections} className="sticky top-20 hidden w-52 shrink-0 xl:block" /> : null}

      <Dialog
        open={reviewing}
        onOpenChange={setReviewing}
        wide
        title={changed.length === 1 ? 'Review 1 change' : `Review ${changed.length} changes`}
        purpose={`Takes effect at once${props.scope ? ` on ${props.scope}` : ''}, without a restart.`}
        actions={
          <>
            <Button onClick={() => setReviewing(false)}>Back to the form</Button>
            <Button look="primary" busy={busy} busyLabel="Saving…" onClick={() => save()}>
              Save
            </Button>
          </>
        }
      >
        <DiffView rows={rows} fromLabel="Now" toLabel="New" />
      </Dialog>
      <ConflictDialog
        conflict={conflict}
        mine={rows}
        busy={busy}
        onKeepTheirs={() => {
          setConflict(null);
          discard();
          props.onRefresh();
        }}
        onKeepMine={(against) => save(against)}
        onClose={() => setConflict(null)}
      />
    </div>
  );
}

interface Conflict {
  readonly message: string;
  readonly theirs: readonly TheirSave[];
}

/** Problems may come by setting key or below `values.`, as the input of the use case names them. */
function byKey(problems: Readonly<Record<string, string>>, fields: ReadonlyMap<string, SettingField>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(problems).map(([path, problem]) => [fields.has(path) ? path : path.replace(/^values\./, ''), problem]),
  );
}

function ConflictDialog({
  conflict,
  mine,
  busy,
  onKeepTheirs,
  onKeepMine,
  onClose,
}: {
  conflict: Conflict | null;
  mine: readonly DiffRow[];
  busy: boolean;
  onKeepTheirs: () => void;
  onKeepMine: (version: number) => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={conflict !== null}
      onOpenChange={onClose}
      wide
      title="Somebody else changed these settings"
      purpose={conflict?.message}
      actions={
        <>
          <Button onClick={onKeepTheirs}>Discard mine</Button>
          {/* An undo that met a conflict has nothing of its own to save. */}
          <Button
            look="primary"
            disabled={mine.length === 0}
            busy={busy}
            busyLabel="Saving…"
            onClick={() => conflict && onKeepMine(Math.max(0, ...conflict.theirs.map((each) => each.version)))}
          >
            Save mine over it
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-6">
        {conflict?.theirs.map((each) => (
          <section key={`${each.by}-${each.at}`}>
            <h3 className="text-body">
              {each.by}, {formatExact(each.at)}
            </h3>
            <DiffView
              label={`Changes of ${each.by}`}
              rows={each.changes.map((change) => ({ label: change.label, from: change.fromText, to: change.toText }))}
            />
          </section>
        ))}
        <section>
          <h3 className="text-body">Yours</h3>
          <DiffView label="Your changes" rows={mine} fromLabel="When you opened the form" toLabel="Yours" />
        </section>
      </div>
    </Dialog>
  );
}

const JumpList = ({ sections, className }: { sections: readonly SettingsFormSection[]; className: string }) => (
  <nav aria-label="Sections" className={className}>
    <ul className="flex flex-wrap gap-x-4 gap-y-1 border-soft xl:flex-col xl:border-l xl:pl-4">
      {sections.map((section) => (
        <li key={section.id}>
          <a
            href={`#section-${section.id}`}
            className="inline-flex min-h-6 items-center rounded-[2px] text-table text-quiet hover:text-strong hover:underline"
          >
            {section.title}
          </a>
        </li>
      ))}
    </ul>
  </nav>
);

function entryOf(field: SettingField, value: SettingValue): [string, string][] {
  const problem = problemWith(field, value);
  return problem === null ? [] : [[field.key, problem]];
}
function withEntry(record: Readonly<Record<string, string>>, key: string, problem: string | null): Readonly<Record<string, string>> {
  const { [key]: _was, ...rest } = record;
  return problem === null ? rest : { ...rest, [key]: problem };
}
