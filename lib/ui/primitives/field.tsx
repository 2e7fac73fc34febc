'use client';
import { createContext, type ReactNode, useContext, useId } from 'react';
import { cn } from '../cn.ts';

interface FieldWires {
  readonly id: string;
  readonly describedBy: string | undefined;
  readonly invalid: boolean;
  readonly required: boolean;
}
const FieldContext = createContext<FieldWires | null>(null);

/** Ties a control to the label, help and error of the Field around it. */
export function useFieldWires(own?: { id?: string | undefined }): {
  id: string | undefined;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
  'aria-required': true | undefined;
} {
  const wires = useContext(FieldContext);
  return {
    id: own?.id ?? wires?.id,
    'aria-describedby': wires?.describedBy,
    'aria-invalid': wires?.invalid || undefined,
    'aria-required': wires?.required || undefined,
  };
}

export interface FieldProps {
  label: string;
  /** Which control gets the focus from the error summary; made up when absent. */
  id?: string;
  help?: ReactNode;
  error?: string | undefined;
  required?: boolean;
  /** "Default: 30 min" */
  defaultText?: string;
  /** Marks the value as differing from its default and offers to put it back. */
  onReset?: (() => void) | undefined;
  /** Marks the value as not saved yet. */
  changed?: boolean;
  /** For groups of controls (radio buttons): a fieldset with a legend. */
  group?: boolean;
  className?: string;
  children: ReactNode;
}

/** Label above, help below, message beside the control it is about. */
export function Field({ label, id, help, error, required = false, defaultText, onReset, changed, group, className, children }: FieldProps) {
  const made = useId();
  const controlId = id ?? made;
  const helpId = help || defaultText ? `${controlId}-help` : undefined;
  const errorId = error ? `${controlId}-error` : undefined;
  const describedBy = [errorId, helpId].filter(Boolean).join(' ') || undefined;
  const head = (
    <>
      {label}
      {/* Read out, the blank keeps the two apart. */}
      {changed ? ' ' : null}
      {changed ? <span className="ml-2 rounded-full bg-info-tint px-2 py-0.5 text-meta font-medium text-info">Changed</span> : null}
    </>
  );
  const body = (
    <FieldContext value={{ id: controlId, describedBy, invalid: Boolean(error), required }}>
      {group ? (
        <legend className="mb-1 block text-body font-medium text-strong">{head}</legend>
      ) : (
        <label htmlFor={controlId} className="mb-1 block text-body font-medium text-strong">
          {head}
        </label>
      )}
      {children}
      {error ? (
        <p id={errorId} className="mt-1 flex gap-1 text-table text-fault">
          <span aria-hidden="true">▲</span>
          <span>{error}</span>
        </p>
      ) : null}
      {helpId ? (
        <p id={helpId} className="mt-1 text-table text-quiet">
          {help}
          {defaultText ? (
            <span>
              {help ? ' ' : ''}Default: {defaultText}.
            </span>
          ) : null}
        </p>
      ) : null}
      {onReset ? (
        <button
          type="button"
          onClick={onReset}
          className="mt-1 min-h-6 rounded-control text-left text-table text-accent underline underline-offset-2"
        >
          Reset to default
          <span className="sr-only">: {label}</span>
        </button>
      ) : null}
    </FieldContext>
  );
  return group ? (
    <fieldset id={controlId} aria-describedby={describedBy} className={cn('min-w-0', className)}>
      {body}
    </fieldset>
  ) : (
    <div className={cn('min-w-0', className)}>{body}</div>
  );
}
