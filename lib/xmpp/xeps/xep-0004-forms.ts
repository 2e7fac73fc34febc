/** Data forms (XEP-0004): building and reading them. */
import type { Protocol } from '../router/hooks.ts';
import { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';

export const protocol: Protocol = { number: 'XEP-0004', title: 'Data Forms', version: '2.13.1', status: 'complete' };

export type FieldType =
  | 'boolean'
  | 'fixed'
  | 'hidden'
  | 'jid-multi'
  | 'jid-single'
  | 'list-multi'
  | 'list-single'
  | 'text-multi'
  | 'text-private'
  | 'text-single';

export interface FormField {
  readonly name: string;
  readonly type?: FieldType;
  readonly label?: string;
  readonly values?: readonly string[];
  readonly options?: readonly { readonly label: string; readonly value: string }[];
  readonly isRequired?: boolean;
}

const textElement = (name: string, text: string): Element => new Element(name, NS.dataForms, {}, [text]);

function fieldElement(field: FormField): Element {
  const attrs: Record<string, string> = { var: field.name };
  if (field.type !== undefined) attrs.type = field.type;
  if (field.label !== undefined) attrs.label = field.label;
  const el = new Element('field', NS.dataForms, attrs);
  if (field.isRequired) el.children.push(new Element('required', NS.dataForms));
  for (const value of field.values ?? []) el.children.push(textElement('value', value));
  for (const { label, value } of field.options ?? [])
    el.children.push(new Element('option', NS.dataForms, { label }, [textElement('value', value)]));
  return el;
}

/** `formType` becomes the hidden field that says what the form is about (XEP-0068). */
export function formElement(
  kind: 'form' | 'result',
  formType: string,
  fields: readonly FormField[],
  words: { readonly title?: string; readonly instructions?: string } = {},
): Element {
  const x = new Element('x', NS.dataForms, { type: kind });
  if (words.title !== undefined) x.children.push(textElement('title', words.title));
  if (words.instructions !== undefined) x.children.push(textElement('instructions', words.instructions));
  x.children.push(fieldElement({ name: 'FORM_TYPE', type: 'hidden', values: [formType] }));
  for (const field of fields) x.children.push(fieldElement(field));
  return x;
}

/** The values of a submitted form by field; null when it is none. */
export function readSubmission(x: Element | undefined): ReadonlyMap<string, readonly string[]> | null {
  if (x === undefined || x.name !== 'x' || x.ns !== NS.dataForms || x.attrs.type !== 'submit') return null;
  const fields = new Map<string, readonly string[]>();
  for (const field of x.elements()) {
    const name = field.attrs.var;
    if (field.name !== 'field' || field.ns !== NS.dataForms || name === undefined) continue;
    fields.set(
      name,
      field
        .elements()
        .filter((child) => child.name === 'value')
        .map((child) => child.text()),
    );
  }
  return fields;
}
