export const accessWords = {
  open: 'Everyone',
  presence: 'Contacts who see presence',
  roster: 'Contacts in groups',
  authorize: 'Approved by the owner',
  whitelist: 'Listed by the owner',
} as const;
export const publishWords = { publishers: 'Owner and publishers', subscribers: 'Subscribers', open: 'Everyone' } as const;
export const lastWords = {
  never: 'Never',
  on_sub: 'To new subscribers',
  on_sub_and_presence: 'To new subscribers and whoever comes online',
} as const;

export const nodeHref = ({ owner, node }: { readonly owner: string; readonly node: string }): string =>
  `/messaging/pubsub/node?owner=${encodeURIComponent(owner)}&node=${encodeURIComponent(node)}`;
