'use client';
import { useState } from 'react';
import { Checkbox, RadioGroup, Switch } from '../../primitives/choice.tsx';
import { Field } from '../../primitives/field.tsx';
import { Input, Textarea } from '../../primitives/input.tsx';
import { Select } from '../../primitives/select.tsx';
import { settingFieldId } from './field-id.ts';
import type { SettingField, SettingValue } from './types.ts';
import { bestUnit, sameValue, sayValue, unitChoices, warningFor } from './values.ts';

/** The control that fits the kind of a setting, with default, Reset and the warning of the chosen direction. */
export function SettingControl({
  field,
  value,
  error,
  onChange,
  onLeave,
  readOnly,
}: {
  field: SettingField;
  value: SettingValue;
  error: string | undefined;
  onChange: (value: SettingValue) => void;
  onLeave: () => void;
  readOnly: boolean;
}) {
  const warning = warningFor(field, field.value, value);
  const locked = readOnly || field.fixedBecause !== undefined;
  const asGroup = field.kind === 'choice' && (field.options?.length ?? 0) <= 4;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only listens for the focus leaving the field
    <div onBlur={onLeave}>
      <Field
        id={settingFieldId(field.key)}
        label={field.label}
        help={field.fixedBecause ? `${field.help} ${field.fixedBecause}` : field.help}
        error={error}
        defaultText={sayValue(field, field.default)}
        changed={!sameValue(value, field.value)}
        group={asGroup}
        onReset={!locked && !sameValue(value, field.default) ? () => onChange(field.default) : undefined}
      >
        <Control field={field} value={value} onChange={onChange} locked={locked} asGroup={asGroup} />
      </Field>
      {warning ? (
        <p role="status" className="mt-2 rounded-control bg-warn-tint px-3 py-2 text-table text-strong">
          <span aria-hidden="true" className="text-warn">
            ▲{' '}
          </span>
          {warning}
        </p>
      ) : null}
    </div>
  );
}

function Control({
  field,
  value,
  onChange,
  locked,
  asGroup,
}: {
  field: SettingField;
  value: SettingValue;
  onChange: (value: SettingValue) => void;
  locked: boolean;
  asGroup: boolean;
}) {
  switch (field.kind) {
    case 'switch':
      return <Switch checked={value === true} onCheckedChange={onChange} disabled={locked} />;
    case 'choice':
      return asGroup ? (
        <RadioGroup options={field.options ?? []} value={String(value)} onValueChange={onChange} disabled={locked} />
      ) : (
        <Select
          options={field.options ?? []}
          value={String(value)}
          onChange={(event) => onChange(event.target.value)}
          disabled={locked}
          className="max-w-sm"
        />
      );
    case 'list':
      return <ListControl value={Array.isArray(value) ? value : []} onChange={onChange} locked={locked} />;
    case 'text':
    case 'domain':
      return field.multiline ? (
        <Textarea value={String(value)} onChange={(event) => onChange(event.target.value)} readOnly={locked} rows={5} />
      ) : (
        <Input
          value={String(value)}
          onChange={(event) => onChange(event.target.value)}
          readOnly={locked}
          mono={field.kind === 'domain'}
          spellCheck={false}
          autoComplete="off"
          className="max-w-sm"
        />
      );
    default:
      return <NumberControl field={field} value={Number(value)} onChange={onChange} locked={locked} />;
  }
}

function ListControl({
  value,
  onChange,
  locked,
}: {
  value: readonly string[];
  onChange: (value: readonly string[]) => void;
  locked: boolean;
}) {
  const [text, setText] = useState(value.join('\n'));
  const lines = (from: string) =>
    from
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  // Put back from outside (Reset, Discard): the text follows, but not while it says the same with other blanks.
  const shown = sameValue(lines(text), value) ? text : value.join('\n');
  return (
    <Textarea
      mono
      rows={Math.min(10, Math.max(3, value.length + 1))}
      value={shown}
      readOnly={locked}
      placeholder="One per line"
      spellCheck={false}
      onChange={(event) => {
        setText(event.target.value);
        onChange(lines(event.target.value));
      }}
    />
  );
}

function NumberControl({
  field,
  value,
  onChange,
  locked,
}: {
  field: SettingField;
  value: number;
  onChange: (value: number) => void;
  locked: boolean;
}) {
  const choices = unitChoices(field);
  const [unitId, setUnitId] = useState(() => bestUnit(choices, value)?.id ?? '');
  const [typed, setTyped] = useState<string | null>(null);
  const unit = choices.find((each) => each.id === unitId);
  const factor = unit?.factor ?? 1;
  const isZero = value === 0 && Boolean(field.zero);
  const give = (text: string, by: number) => {
    setTyped(text);
    // An empty or broken number is kept as NaN so that leaving the field says what is wrong.
    onChange(/^\d+([.,]\d+)?$/.test(text.trim()) ? Math.round(Number(text.replace(',', '.')) * by) : Number.NaN);
  };
  const written = isZero
    ? ''
    : Number.isNaN(value)
      ? (typed ?? '')
      : typed !== null && Math.round(Number(typed.replace(',', '.')) * factor) === value
        ? typed
        : String(Number((value / factor).toFixed(3)));
  return (
    <div className="flex flex-col gap-2">
      <div className="flex max-w-sm gap-2">
        <Input
          inputMode={choices.length > 0 ? 'decimal' : 'numeric'}
          value={written}
          readOnly={locked}
          disabled={isZero}
          onChange={(event) => give(event.target.value, factor)}
          {...(choices.length === 0 && field.unit ? { unit: field.unit } : {})}
          autoComplete="off"
          className="min-w-28 flex-1 tabular-nums"
        />
        {choices.length > 0 ? (
          <Select
            id={`${settingFieldId(field.key)}-unit`}
            aria-label={`Unit of ${field.label.toLowerCase()}`}
            options={choices.map((each) => ({ value: each.id, label: each.label }))}
            value={unitId}
            disabled={locked}
            onChange={(event) => {
              setUnitId(event.target.value);
              setTyped(null);
            }}
            className="w-32 shrink-0"
          />
        ) : null}
      </div>
      {field.zero ? (
        <Checkbox
          label={field.zero.charAt(0).toUpperCase() + field.zero.slice(1)}
          checked={isZero}
          disabled={locked}
          onCheckedChange={(on) => onChange(on ? 0 : Number(field.default) || field.min || 1)}
        />
      ) : null}
    </div>
  );
}
