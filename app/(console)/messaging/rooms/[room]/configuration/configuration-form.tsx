'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState, useTransition } from 'react';
import type { RoomSettings } from '@/lib/admin/rooms/outputs.ts';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormProblems } from '@/lib/ui/patterns/form-problems.tsx';
import { SaveBar } from '@/lib/ui/patterns/save-bar.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, PasswordInput, Textarea } from '@/lib/ui/primitives/input.tsx';
import { Select } from '@/lib/ui/primitives/select.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { roleWords } from '../../_parts/words.ts';
import { configureRoom } from '../../actions.ts';
import { changesOf, type Draft, draftOf, problemsIn, rebased } from './changes.ts';

const labels: Readonly<Record<string, string>> = {
  title: 'Title',
  description: 'Description',
  lang: 'Language',
  maxOccupants: 'Most people inside',
  password: 'Password',
};
type Switches = { [K in keyof Draft]: Draft[K] extends boolean ? K : never }[keyof Draft];
type Choices = 'whois' | 'privateMessages' | 'changeSubject' | 'memberList';
const shownRoles = ['moderator', 'participant', 'visitor'] as const;

export function ConfigurationForm({
  room,
  stored,
  version,
  occupants,
  mayWrite,
}: {
  room: string;
  stored: RoomSettings;
  /** Of what is stored. */
  version: string;
  occupants: number;
  mayWrite: boolean;
}) {
  const router = useRouter();
  const [draft, setDraft] = useState(() => draftOf(stored));
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [tries, setTries] = useState(0);
  const [busy, start] = useTransition();
  const changes = changesOf(stored, draft);
  const count = Object.keys(changes).length + (draft.asksPassword && !stored.hasPassword && draft.password === '' ? 1 : 0);
  // What others saved meanwhile is taken over, unless this form has changes of its own.
  const isClean = useRef(true);
  isClean.current = count === 0;
  // What the changes of this form were made on.
  const base = useRef({ stored, version, isOld: false });
  useEffect(() => {
    const { stored: before, isOld } = base.current;
    if (!isClean.current && !isOld) return;
    setDraft((was) => rebased(before, stored, was));
    base.current = { stored, version, isOld: false };
  }, [stored, version]);

  const set = (change: Partial<Draft>) => setDraft((was) => ({ ...was, ...change }));
  const save = () => {
    setTries(tries + 1);
    const fields = problemsIn(stored, draft);
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: 'Nothing was saved:', fields });
    start(async () => {
      const answer = await configureRoom({ room, version: base.current.version, ...changes });
      setState(answer);
      if (answer.is === 'conflict') {
        // Their values come under the changes of this form; saving once more is a decision.
        base.current.isOld = true;
        router.refresh();
      }
      if (answer.is !== 'done') return;
      set({ password: '' });
      sayDone('Configuration saved');
      router.refresh();
    });
  };
  const problems = fieldsOf(state);
  const tick = (key: Switches, label: string, help?: string) => (
    <Checkbox
      label={label}
      {...(help ? { help } : {})}
      checked={draft[key]}
      disabled={!mayWrite}
      onCheckedChange={(on) => set({ [key]: on })}
    />
  );
  const choose = (key: Choices, label: string, options: readonly { value: string; label: string }[], help?: string) => (
    <Field label={label} id={key} {...(help ? { help } : {})} changed={changes[key] !== undefined}>
      <Select value={draft[key]} disabled={!mayWrite} options={options} onChange={(event) => set({ [key]: event.target.value })} />
    </Field>
  );
  return (
    <form
      method="post"
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (mayWrite && count > 0) save();
      }}
    >
      {mayWrite ? null : <Banner tone="info">Your role can see the configuration but not change it. An administrator can.</Banner>}
      <FormProblems state={state} labels={labels} tries={tries} />
      <Card title="Room">
        <div className="flex flex-col gap-4">
          <Field label="Title" id="title" error={problems.title} changed={changes.title !== undefined}>
            <Input value={draft.title} disabled={!mayWrite} maxLength={255} onChange={(event) => set({ title: event.target.value })} />
          </Field>
          <Field label="Description" id="description" error={problems.description} changed={changes.description !== undefined}>
            <Textarea
              rows={3}
              value={draft.description}
              disabled={!mayWrite}
              maxLength={1000}
              onChange={(event) => set({ description: event.target.value })}
            />
          </Field>
          <Field label="Language" id="lang" error={problems.lang} help="A tag such as en or pt-BR." changed={changes.lang !== undefined}>
            <Input value={draft.lang} disabled={!mayWrite} maxLength={35} onChange={(event) => set({ lang: event.target.value })} />
          </Field>
          {tick('persistent', 'Persistent', 'Stays when everybody has left. Off: it vanishes with its last occupant.')}
          {tick('public', 'Public', 'Found by discovery and search.')}
          {tick('archived', 'Keep messages', 'They can be searched, and the newest are shown to whoever enters.')}
        </div>
      </Card>
      <Card title="Who can enter">
        <div className="flex flex-col gap-4">
          {tick('membersOnly', 'Members only', 'Others cannot enter without an invitation.')}
          {changes.membersOnly && occupants > 0 ? (
            <Banner tone="warn">
              Whoever is inside and no member must leave ({countOf(occupants, 'person is', 'people are')} inside now).
            </Banner>
          ) : null}
          {tick('allowInvites', 'Everybody inside can invite others', 'Off: only moderators can.')}
          {tick('allowRegistration', 'People can register themselves as members')}
          {tick('asksPassword', 'Ask for a password')}
          {draft.asksPassword ? (
            <Field
              label="Password"
              id="password"
              error={problems.password}
              help={stored.hasPassword ? 'Empty: the password stays as it is. Nobody can read it here.' : 'Whoever enters must know it.'}
              changed={typeof changes.password === 'string'}
            >
              <PasswordInput
                value={draft.password}
                disabled={!mayWrite}
                maxLength={255}
                autoComplete="new-password"
                onChange={(event) => set({ password: event.target.value })}
              />
            </Field>
          ) : null}
          <Field
            label="Most people inside"
            id="maxOccupants"
            error={problems.maxOccupants}
            help="Empty: the limit of the chat server."
            changed={changes.maxOccupants !== undefined}
          >
            <Input
              inputMode="numeric"
              value={draft.maxOccupants}
              disabled={!mayWrite}
              onChange={(event) => set({ maxOccupants: event.target.value })}
            />
          </Field>
        </div>
      </Card>
      <Card title="What people can do inside">
        <div className="flex flex-col gap-4">
          {tick('moderated', 'Moderated', 'Newcomers cannot speak before a moderator gives them voice.')}
          {tick('voiceRequests', 'Visitors can ask for voice')}
          {tick('visitorsMayChangeNick', 'Visitors can change their nickname')}
          {tick('visitorsMaySendStatus', 'Status messages of visitors are shown')}
          {tick('mayModerateMessages', 'Moderators can take back messages of others')}
          {choose('changeSubject', 'Who can change the subject', [
            { value: 'participants', label: 'Participants' },
            { value: 'moderators', label: 'Moderators' },
          ])}
          {choose('privateMessages', 'Who can send private messages inside the room', [
            { value: 'anyone', label: 'Everybody' },
            { value: 'participants', label: 'Participants' },
            { value: 'moderators', label: 'Moderators' },
            { value: 'none', label: 'Nobody' },
          ])}
        </div>
      </Card>
      <Card title="What people see of one another">
        <div className="flex flex-col gap-4">
          {choose(
            'whois',
            'Who sees the addresses behind nicknames',
            [
              { value: 'anyone', label: 'Everybody inside' },
              { value: 'moderators', label: 'Moderators' },
            ],
            'Moderators only makes it a semi-anonymous room.',
          )}
          {choose('memberList', 'Who can read the list of members', [
            { value: 'anyone', label: 'Everybody inside' },
            { value: 'participants', label: 'Participants' },
            { value: 'moderators', label: 'Moderators' },
          ])}
          <Field label="Whose presence is shown" id="presenceBroadcast" group changed={changes.presenceBroadcast !== undefined}>
            <div className="flex flex-col gap-2">
              {shownRoles.map((role) => (
                <Checkbox
                  key={role}
                  label={roleWords[role]}
                  checked={draft.presenceBroadcast.includes(role)}
                  disabled={!mayWrite}
                  onCheckedChange={(on) =>
                    set({ presenceBroadcast: shownRoles.filter((each) => (each === role ? on : draft.presenceBroadcast.includes(each))) })
                  }
                />
              ))}
            </div>
          </Field>
        </div>
      </Card>
      <SaveBar
        changes={count}
        busy={busy}
        onDiscard={() => {
          setDraft(draftOf(stored));
          setState({ is: 'idle' });
        }}
        onSave={save}
      />
    </form>
  );
}
