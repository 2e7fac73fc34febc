'use client';
import { useState } from 'react';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { FileDrop } from '@/lib/ui/primitives/file-drop.tsx';
import { Textarea } from '@/lib/ui/primitives/input.tsx';

/** PEM by file or paste: the file's text lands in the field, so what is sent is what is seen. */
export function PemField({
  id,
  label,
  accept,
  maxBytes,
  begins,
  value,
  onChange,
  error,
}: {
  id: string;
  label: string;
  accept: string;
  maxBytes: number;
  begins: string;
  value: string;
  onChange: (text: string) => void;
  error: string | undefined;
}) {
  const [file, setFile] = useState<File | null>(null);
  return (
    <div className="flex flex-col gap-4">
      <FileDrop
        label={`File with the ${label.toLowerCase()}`}
        accept={accept}
        maxBytes={maxBytes}
        file={file}
        onFile={(chosen) => {
          setFile(chosen);
          if (chosen) void chosen.text().then(onChange);
          else onChange('');
        }}
      />
      <Field label={`${label} as text`} id={id} help={`PEM: begins with ${begins}`} error={error}>
        <Textarea
          mono
          rows={6}
          value={value}
          maxLength={maxBytes}
          onChange={(event) => {
            setFile(null);
            onChange(event.target.value);
          }}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
        />
      </Field>
    </div>
  );
}
