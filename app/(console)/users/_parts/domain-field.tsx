'use client';
import { useId } from 'react';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import type { DomainChoice } from './domains-for.ts';

/** A domain to choose or to type: one that is new becomes hosted with its first user. */
export function DomainField({
  id,
  label = 'IM domain',
  help,
  domains,
  value,
  onChange,
  error,
  required,
  disabled,
}: {
  id: string;
  label?: string;
  help?: string;
  domains: readonly DomainChoice[];
  value: string;
  onChange: (domain: string) => void;
  error?: string | undefined;
  required?: boolean;
  disabled?: boolean;
}) {
  const list = useId();
  return (
    <Field label={label} id={id} help={help} error={error} required={required ?? false}>
      <Input
        name={id}
        mono
        list={list}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={255}
      />
      <datalist id={list}>
        {domains.map(({ domain }) => (
          <option key={domain} value={domain} />
        ))}
      </datalist>
    </Field>
  );
}
