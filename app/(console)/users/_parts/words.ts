/** A user as every use case takes it: by number, so that a changed user ID cannot mean somebody else. */
export const refOf = (id: number): string => `id:${id}`;

export const sourceWords = { local: 'This server', ldap: 'LDAP directory', 'call-manager': 'Call manager' } as const;

/** RFC 6121 §2.1.2.5 in words, from the side of the user whose list it is. */
export function subscriptionWords(subscription: string, ask: boolean): string {
  const asked = ask ? ', has asked to see them' : '';
  switch (subscription) {
    case 'both':
      return 'Both see each other';
    case 'to':
      return 'Sees the contact';
    case 'from':
      return `Is seen by the contact${asked}`;
    case 'remove':
      return 'Being removed';
    default:
      return ask ? 'Has asked to see them' : 'Neither sees the other';
  }
}

/** "anna (Anna Lopez)" where there is a name. */
export const calledUser = (user: { readonly userId: string; readonly name: string }): string =>
  user.name && user.name !== user.userId ? `${user.name} (${user.userId})` : user.userId;
