'use client';
import { useState } from 'react';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { PasswordInput } from '@/lib/ui/primitives/input.tsx';

/** Without what is mistaken for another sign when it is read out. */
const signs = 'abcdefghijkmnpqrstuvwxyz23456789';
/** Four groups of four: 80 bits, and it can be told by telephone. */
function makePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const text = Array.from(bytes, (byte) => signs[byte % signs.length]).join('');
  return text.replace(/(.{4})(?=.)/g, '$1-');
}

/** A password for somebody else: typed, or made here and then shown once to hand it on. */
export function NewPassword({
  value,
  onChange,
  error,
  userId,
}: {
  value: string;
  onChange: (password: string) => void;
  error: string | undefined;
  /** For the browser's password store, so that it does not take this for your own. */
  userId: string;
}) {
  const [made, setMade] = useState('');
  return (
    <div className="flex flex-col gap-2">
      <Field label="Password" id="password" error={error} help="At least 8 characters, and not the user ID." required>
        <PasswordInput
          name="password"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoComplete="new-password"
          maxLength={1024}
          aria-label={userId ? `Password of ${userId}` : undefined}
        />
      </Field>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button
          size="small"
          onClick={() => {
            const next = makePassword();
            setMade(next);
            onChange(next);
          }}
        >
          Make a password
        </Button>
        {made !== '' && made === value ? (
          <span className="text-table text-quiet">
            Hand it on now, it is not shown again: <CopyText text={made} label="password" className="text-strong" />
          </span>
        ) : null}
      </div>
    </div>
  );
}
