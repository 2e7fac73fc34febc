'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState, useTransition } from 'react';
import type { DirectoryView } from '@/lib/admin/directories/outputs.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormProblems } from '@/lib/ui/patterns/form-problems.tsx';
import { useLeaveQuestion } from '@/lib/ui/patterns/save-bar.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { RadioGroup, Switch } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, PasswordInput, Textarea } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { addDirectory, updateDirectory } from './actions.ts';
import { begin, type FormValues, inputOf, labels, lineProblems } from './form-values.ts';
import { kindWords, securityWords } from './words.ts';

const attributes = [
  ['keyAttribute', 'What never changes', 'objectGUID, entryUUID'],
  ['userIdAttribute', 'User ID', 'sAMAccountName, uid'],
  ['nameAttribute', 'Name', 'displayName, cn'],
  ['mailAttribute', 'Mail address', 'mail'],
  ['uriAttribute', 'SIP or directory address', 'msRTCSIP-PrimaryUserAddress'],
  ['phoneAttribute', 'Telephone', 'telephoneNumber'],
  ['departmentAttribute', 'Department', 'department, ou'],
  ['titleAttribute', 'Title', 'title'],
  ['photoAttribute', 'Picture', 'thumbnailPhoto, jpegPhoto'],
  ['controlAttribute', 'Disabled accounts', 'userAccountControl'],
] as const;
const numbers = [
  ['connectTimeoutMs', 'Time to connect', 'ms'],
  ['operationTimeoutMs', 'Time for an answer', 'ms'],
  ['pageSize', 'Entries a page', 'entries'],
  ['maxBinds', 'Passwords checked at a time', 'people'],
] as const;

/** A new directory, or one that exists. Lists are one entry a line. */
export function DirectoryForm({ edited }: { edited: DirectoryView | null }) {
  const router = useRouter();
  const [values, setValues] = useState<FormValues>(() => begin(edited));
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [tries, setTries] = useState(0);
  const [touched, setTouched] = useState(false);
  const [busy, start] = useTransition();
  useLeaveQuestion(touched && state.is !== 'done');
  const set = <K extends keyof FormValues>(name: K, value: FormValues[K]) => {
    setTouched(true);
    setValues((now) => ({ ...now, [name]: value }));
  };
  const text = (name: { [K in keyof FormValues]: FormValues[K] extends string ? K : never }[keyof FormValues]) => ({
    value: values[name] as string,
    onChange: (event: { target: { value: string } }) => set(name, event.target.value as never),
    autoComplete: 'off',
    spellCheck: false,
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTries(tries + 1);
    const fields: Record<string, string> = {};
    if (values.name.trim() === '') fields.name = 'Enter what the directory is called here.';
    if (values.servers.trim() === '') fields.servers = 'Name at least one server, for example ldap1.example.com:636.';
    if (values.base.trim() === '') fields.base = 'Enter where people are, for example dc=example,dc=com.';
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: 'The directory was not saved:', fields });
    start(async () => {
      const answer =
        edited === null
          ? await addDirectory(inputOf(values, true))
          : await updateDirectory({ ...inputOf(values, false), directory: edited.id, version: edited.version });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(`Directory ${answer.value.name} saved`);
      router.push(`/directories/${answer.value.id}`);
    });
  };
  const problems = lineProblems(fieldsOf(state));
  return (
    <form method="post" onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormProblems state={state} labels={labels} tries={tries} />
      <Card title="Servers">
        <div className="flex flex-col gap-4">
          <Field label="Name" id="name" error={problems.name} required>
            <Input {...text('name')} maxLength={100} className="max-w-sm" />
          </Field>
          <Field label="In use" id="enabled" help="Off: nobody of it can sign in, and no agreement runs.">
            <Switch checked={values.enabled} onCheckedChange={(on) => set('enabled', on)} words={['Yes', 'No']} />
          </Field>
          <Field label="Kind" id="kind" group help="Decides about usual attributes and how groups are asked.">
            <RadioGroup
              value={values.kind}
              onValueChange={(kind) => set('kind', kind as FormValues['kind'])}
              options={Object.entries(kindWords).map(([value, label]) => ({ value, label }))}
            />
          </Field>
          <Field
            label="Servers"
            id="servers"
            error={problems.servers}
            required
            help="One HOST:PORT a line, in order. The first that answers serves; when it is away, the next takes its place."
          >
            <Textarea mono rows={3} {...text('servers')} placeholder={'dc1.example.com:636\ndc2.example.com:636'} />
          </Field>
          <Field label="Encryption" id="security" group error={problems.security}>
            <RadioGroup
              value={values.security}
              onValueChange={(security) => set('security', security as FormValues['security'])}
              options={[
                { value: 'ldaps', label: securityWords.ldaps, help: 'TLS from the first octet, usually port 636.' },
                { value: 'starttls', label: securityWords.starttls, help: 'TLS before anything else is said, usually port 389.' },
                { value: 'none', label: securityWords.none, help: 'Passwords cross the network in clear text.' },
              ]}
            />
          </Field>
          {values.security === 'none' ? (
            <Banner tone="warn" title="Everybody on the way can read the passwords">
              Use this only between programs on one machine.
            </Banner>
          ) : (
            <Field
              label="Trusted authorities"
              id="caPem"
              error={problems.caPem}
              help="Certificates as PEM. Empty: the public ones. The host name in the certificate is always checked."
            >
              <Textarea mono rows={4} {...text('caPem')} placeholder="-----BEGIN CERTIFICATE-----" />
            </Field>
          )}
        </div>
      </Card>
      <Card title="Reading people">
        <div className="flex flex-col gap-4">
          <Field label="Bind DN" id="bindDn" error={problems.bindDn} help="The account that searches. Empty: anonymous.">
            <Input mono {...text('bindDn')} placeholder="cn=presence,ou=Services,dc=example,dc=com" />
          </Field>
          <Field
            label="Bind password"
            id="bindPassword"
            error={problems.bindPassword}
            help={
              edited?.hasPassword
                ? 'One is stored. Enter another to change it; new servers, authorities or another bind DN need it again.'
                : 'Stored sealed, and never shown again.'
            }
          >
            <PasswordInput
              value={values.bindPassword}
              onChange={(event) => set('bindPassword', event.target.value)}
              autoComplete="new-password"
              className="max-w-sm"
            />
          </Field>
          <Field label="Base" id="base" error={problems.base} required help="People are searched at and below it.">
            <Input mono {...text('base')} placeholder="dc=example,dc=com" />
          </Field>
          <Field label="Filter" id="filter" error={problems.filter} help="Which entries are people. Empty: the usual one.">
            <Input mono {...text('filter')} placeholder="(objectClass=person)" />
          </Field>
        </div>
      </Card>
      <Card title="What it is used for">
        <div className="flex flex-col gap-4">
          <Field
            label="Sign-in"
            id="signIn"
            help="Its people sign in to chat with their password there, by PLAIN under TLS. SCRAM needs a password that is kept here, so clients that know nothing else cannot sign them in."
          >
            <Switch checked={values.signIn} onCheckedChange={(on) => set('signIn', on)} />
          </Field>
          <Field
            label="Remember right passwords for"
            id="rememberMinutes"
            error={problems.rememberMinutes}
            help="Hashed, in memory only; people sign in meanwhile although the directory is away, and with an old password although it was changed. 0 asks each time."
          >
            <Input {...text('rememberMinutes')} inputMode="numeric" unit="minutes" className="max-w-[10rem]" />
          </Field>
          <Field label="Search" id="search" help="Clients that look for people find those of this directory too.">
            <Switch checked={values.search} onCheckedChange={(on) => set('search', on)} />
          </Field>
          <Field label="vCards" id="cards" help="People who made none have one from the directory, with their picture.">
            <Switch checked={values.cards} onCheckedChange={(on) => set('cards', on)} />
          </Field>
          <Field
            label="Administrators by group"
            id="groups"
            error={problems.groups}
            help="One ROLE=DN of the group a line. Members sign in to this console with their password there; the first line that fits gives the role. Names that have a password here are not looked for."
          >
            <Textarea mono rows={3} {...text('groups')} placeholder="operator=cn=Helpdesk,ou=Groups,dc=example,dc=com" />
          </Field>
        </div>
      </Card>
      <Card title="Attributes" purpose="Left empty in a new directory, they are what is usual for its kind.">
        <div className="grid gap-4 sm:grid-cols-2">
          {attributes.map(([name, label, example]) => (
            <Field key={name} label={label} id={name} error={problems[name]}>
              <Input mono {...text(name)} placeholder={example} maxLength={128} />
            </Field>
          ))}
        </div>
      </Card>
      <Card title="Limits">
        <div className="grid gap-4 sm:grid-cols-2">
          {numbers.map(([name, label, unit]) => (
            <Field key={name} label={label} id={name} error={problems[name]}>
              <Input {...text(name)} inputMode="numeric" unit={unit} />
            </Field>
          ))}
        </div>
      </Card>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={busy} busyLabel="Saving…">
          {edited === null ? 'Add the directory' : 'Save the directory'}
        </Button>
        <ButtonLink href={edited === null ? '/directories' : `/directories/${edited.id}`} look="quiet">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}
