/** The configuration of a node as a form (XEP-0060 §8.2, §16.4.4): its fields, their defaults, reading and comparing. Pure. */
import { ok, type Result, refuse } from '../kernel/result.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { type FormField, formElement, readSubmission } from '../xmpp/xeps/xep-0004-forms.ts';
import { META_DATA, NODE_CONFIG } from './names.ts';
import type { NodeConfig, StoredNode } from './ports.ts';

type Write = (values: readonly string[]) => Partial<NodeConfig> | null;
interface ConfigField {
  readonly name: string;
  readonly type: NonNullable<FormField['type']>;
  readonly label: string;
  readonly options?: readonly string[];
  read(config: NodeConfig): readonly string[];
  /** Null: no value of this field. */
  readonly write: Write;
}

const MAX_TEXT = 1000;
const MAX_NUMBER = 2_147_483_647;

const flag = (name: string, label: string, key: keyof NodeConfig): ConfigField => ({
  name: `pubsub#${name}`,
  type: 'boolean',
  label,
  read: (config) => [config[key] ? '1' : '0'],
  write: ([value]) => (value === '1' || value === 'true' ? { [key]: true } : value === '0' || value === 'false' ? { [key]: false } : null),
});
const line = (name: string, label: string, key: keyof NodeConfig): ConfigField => ({
  name: `pubsub#${name}`,
  type: 'text-single',
  label,
  read: (config) => [String(config[key])],
  write: ([value = '']) => (value.length <= MAX_TEXT ? { [key]: value } : null),
});
const choice = (name: string, label: string, key: keyof NodeConfig, options: readonly string[]): ConfigField => ({
  name: `pubsub#${name}`,
  type: 'list-single',
  label,
  options,
  read: (config) => [String(config[key])],
  write: ([value = '']) => (options.includes(value) ? { [key]: value } : null),
});
/** A number; `max` is kept as 0 (XEP-0060 §16.4.4, feature config-node-max). */
const amount = (name: string, label: string, key: keyof NodeConfig, hasMax: boolean): ConfigField => ({
  name: `pubsub#${name}`,
  type: 'text-single',
  label,
  read: (config) => [hasMax && config[key] === 0 ? 'max' : String(config[key])],
  write([value = '']) {
    if (hasMax && value === 'max') return { [key]: 0 };
    if (!/^\d{1,10}$/.test(value)) return null;
    const number = Number(value);
    return number < 1 || number > MAX_NUMBER ? null : { [key]: number };
  },
});

const fields: readonly ConfigField[] = [
  line('title', 'Name for people', 'title'),
  line('description', 'Description', 'description'),
  line('type', 'Namespace of the payloads', 'type'),
  choice('access_model', 'Who may subscribe and read', 'accessModel', ['open', 'presence', 'roster', 'authorize', 'whitelist']),
  choice('publish_model', 'Who may publish', 'publishModel', ['publishers', 'subscribers', 'open']),
  {
    name: 'pubsub#roster_groups_allowed',
    type: 'text-multi',
    label: 'Groups of contacts that may subscribe and read',
    read: (config) => config.rosterGroups,
    write: (values) =>
      values.length <= 100 && values.every((value) => value.length <= MAX_TEXT) ? { rosterGroups: [...new Set(values)].sort() } : null,
  },
  flag('persist_items', 'Keep items', 'persistItems'),
  amount('max_items', 'How many items are kept', 'maxItems', true),
  amount('item_expire', 'Seconds after which items go', 'itemExpire', true),
  amount('max_payload_size', 'Bytes of one payload at most', 'maxPayload', false),
  flag('deliver_payloads', 'Send payloads with notifications', 'deliverPayloads'),
  flag('deliver_notifications', 'Send notifications', 'deliverNotifications'),
  flag('notify_retract', 'Notify of items taken back', 'notifyRetract'),
  flag('notify_delete', 'Notify when the node is deleted', 'notifyDelete'),
  flag('notify_config', 'Notify when the configuration changes', 'notifyConfig'),
  choice('send_last_published_item', 'When to send the last item', 'sendLast', ['never', 'on_sub', 'on_sub_and_presence']),
  choice('notification_type', 'Type of notifications', 'notificationType', ['normal', 'headline']),
  flag('presence_based_delivery', 'Notify only who is online', 'presenceBased'),
  choice('itemreply', 'Whom items name for answers', 'itemReply', ['owner', 'publisher']),
];
const byName = new Map(fields.map((field) => [field.name, field]));

const personal: Omit<NodeConfig, 'maxPayload'> = {
  title: '',
  description: '',
  type: '',
  accessModel: 'presence',
  publishModel: 'publishers',
  rosterGroups: [],
  persistItems: true,
  maxItems: 1,
  itemExpire: 0,
  deliverPayloads: true,
  deliverNotifications: true,
  notifyRetract: true,
  notifyDelete: true,
  notifyConfig: false,
  sendLast: 'on_sub_and_presence',
  notificationType: 'headline',
  presenceBased: true,
  itemReply: 'owner',
};
const ofService: typeof personal = {
  ...personal,
  accessModel: 'open',
  maxItems: 100,
  sendLast: 'on_sub',
  presenceBased: false,
};

const privateStore: Partial<NodeConfig> = { accessModel: 'whitelist', maxItems: 0, sendLast: 'never' };
const openStore: Partial<NodeConfig> = { accessModel: 'open' };
/**
 * Nodes whose protocol demands a configuration other than the default; given to those made by a first publish that asks for nothing else, so
 * that nothing private is shown to contacts (XEP-0402 §4, XEP-0490 §3, XEP-0048 §3) and keys are found by all (XEP-0384 §5).
 */
const wellKnown = new Map<string, Partial<NodeConfig>>([
  ['urn:xmpp:bookmarks:1', privateStore],
  ['storage:bookmarks', { ...privateStore, maxItems: 1 }],
  ['urn:xmpp:mds:displayed:0', privateStore],
  ['eu.siacs.conversations.axolotl.devicelist', openStore],
  ['urn:xmpp:omemo:2:devices', openStore],
  ['urn:xmpp:omemo:2:bundles', { ...openStore, maxItems: 0 }],
]);
const BUNDLE = 'eu.siacs.conversations.axolotl.bundles:';

export function defaultConfig(kind: 'person' | 'service', maxPayload: number, name = ''): NodeConfig {
  if (kind === 'service') return { ...ofService, maxPayload };
  const special = name.startsWith(BUNDLE) ? openStore : wellKnown.get(name);
  return { ...personal, ...special, maxPayload };
}

/** A node that is asked about before its first publish, such as one of a person's bookmarks. */
export const isPrivateName = (name: string): boolean => wellKnown.get(name)?.accessModel === 'whitelist';

const formField = (field: ConfigField, config: NodeConfig): FormField => ({
  name: field.name,
  type: field.type,
  label: field.label,
  values: field.read(config),
  ...(field.options === undefined ? {} : { options: field.options.map((value) => ({ label: value, value })) }),
});

export const configForm = (config: NodeConfig, kind: 'form' | 'result' = 'form'): Element =>
  formElement(kind, NODE_CONFIG, [
    { name: 'pubsub#node_type', type: 'hidden', values: ['leaf'] },
    ...fields.map((field) => formField(field, config)),
  ]);

/** What anyone who may see the node is told of it (XEP-0060 §5.4). */
export const metadataForm = (node: StoredNode, items: number): Element =>
  formElement('result', META_DATA, [
    ...fields
      .filter(({ name }) => /#(title|description|type|access_model|publish_model|max_items)$/.test(name))
      .map((field) => formField(field, node.config)),
    { name: 'pubsub#creator', type: 'jid-single', label: 'Made by', values: [node.creator] },
    { name: 'pubsub#creation_date', type: 'text-single', label: 'Made on', values: [new Date(node.at).toISOString()] },
    { name: 'pubsub#num_subscribers', type: 'text-single', label: 'Subscribers', values: [String(subscribers(node))] },
    { name: 'pubsub#num_items', type: 'text-single', label: 'Items', values: [String(items)] },
  ]);
const subscribers = (node: StoredNode): number => node.subscriptions.filter((one) => one.state === 'subscribed').length;

export type ConfigFault = { readonly is: 'collection' } | { readonly is: 'access-model' } | { readonly is: 'value'; readonly text: string };

/** The configuration that a submitted form makes out of `base`. What this server has no field for is left alone (XEP-0004 §3.2). */
export function applyForm(
  base: NodeConfig,
  form: ReadonlyMap<string, readonly string[]>,
  maxPayload: number,
): Result<NodeConfig, ConfigFault> {
  let config = base;
  for (const [name, values] of form) {
    if (name === 'pubsub#node_type' && values[0] !== 'leaf') return refuse({ is: 'collection' });
    const field = byName.get(name);
    if (field === undefined) continue;
    const part = field.write(values);
    if (part === null)
      return refuse(name === 'pubsub#access_model' ? { is: 'access-model' } : { is: 'value', text: `"${name}" has no such value.` });
    config = { ...config, ...part };
  }
  return ok(config.maxPayload > maxPayload ? { ...config, maxPayload } : config);
}

/** The first field of publish-options that is not as the node has it (XEP-0060 §7.1.5); null when all are. */
export function unmetOption(config: NodeConfig, options: ReadonlyMap<string, readonly string[]>): string | null {
  for (const [name, values] of options) {
    if (name === 'FORM_TYPE') continue;
    const field = byName.get(name);
    if (field === undefined) {
      if (name === 'pubsub#node_type' && values[0] === 'leaf') continue;
      return name;
    }
    const part = field.write(values);
    if (part === null) return name;
    const wanted = field.read({ ...config, ...part });
    const given = field.read(config);
    if (wanted.length !== given.length || wanted.some((value, at) => value !== given[at])) return name;
  }
  return null;
}

/** The fields of a form of this type; null when it is none, or of another type. */
export function readForm(x: Element | undefined, formType: string): ReadonlyMap<string, readonly string[]> | null {
  const submission = readSubmission(x);
  if (submission === null) return null;
  const type = submission.get('FORM_TYPE')?.[0];
  return type === undefined || type === formType ? submission : null;
}

export const isSameConfig = (a: NodeConfig, b: NodeConfig): boolean => JSON.stringify(a) === JSON.stringify(b);
